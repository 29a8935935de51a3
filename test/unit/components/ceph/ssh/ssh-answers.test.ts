import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { after, before, describe, it } from "mocha";

import { untilSshAnswers } from "../../../../../components/ceph/ssh/ssh-answers.ts";
import { newKey, startSshServer } from "../../../../support/ssh-server.ts";
import type { SshServer } from "../../../../support/ssh-server.ts";

describe("untilSshAnswers", () => {
  let server: SshServer;
  before(async () => {
    server = await startSshServer();
  });
  after(() => server.close());

  const at = (changes: { port?: number; hostKey?: string } = {}) => ({
    host: "127.0.0.1",
    port: server.port,
    user: "ceph-admin",
    hostKey: server.hostKey,
    ...changes,
  });

  /** A server that does `serve` with each connection, for as long as the work lasts. */
  async function against(
    serve: (socket: Socket) => void,
    work: (port: number) => Promise<void>,
  ): Promise<void> {
    const open = new Set<Socket>();
    const other = createServer((socket) => {
      open.add(socket);
      socket.on("error", () => undefined);
      serve(socket);
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    try {
      await work((other.address() as AddressInfo).port);
    } finally {
      other.close();
      for (const socket of open) socket.destroy();
    }
  }

  it("resolves where the server shows the key, without a login", async () => {
    await untilSshAnswers(at());
  });

  it("fails at once, with what to do, where the server shows another key", async () => {
    await assert.rejects(
      untilSshAnswers(at({ hostKey: newKey().public })),
      /^Error: ssh ceph-admin@127\.0\.0\.1 port \d+: the server shows another key than hostKey\. If the host was/,
    );
  });

  it("gives a server that hangs up some time, and then says what it may be", async () => {
    let count = 0;
    await against(
      (socket) => {
        count += 1;
        socket.destroy();
      },
      async (port) => {
        await assert.rejects(untilSshAnswers(at({ port }), 2), /MaxStartups/);
      },
    );
    assert.ok(count > 1, `${count} attempts`);
  });

  it("ends where nobody listens, and where the server says nothing", async () => {
    await against(
      () => undefined,
      async (port) => {
        await assert.rejects(
          untilSshAnswers(at({ port }), 1),
          /no answer within 8 s\. Check the address, that the host is up/,
        );
      },
    );
    await assert.rejects(untilSshAnswers(at({ port: 1 }), 1), /ECONNREFUSED.*systemctl status ssh/);
  });
});
