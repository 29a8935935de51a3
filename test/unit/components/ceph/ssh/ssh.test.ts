import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "mocha";
import { setTimeout as sleep } from "node:timers/promises";

import ssh2 from "ssh2";

import { runOverSsh } from "../../../../../components/ceph/ssh/ssh.ts";
import { newKey, startSshServer } from "../../../../support/ssh-server.ts";
import type { SshServer } from "../../../../support/ssh-server.ts";

describe("runOverSsh", () => {
  let server: SshServer;
  before(async () => {
    server = await startSshServer();
  });
  after(() => server.close());

  const connection = () => ({
    host: "127.0.0.1",
    port: server.port,
    user: "ceph-admin",
    hostKey: server.hostKey,
    privateKey: server.privateKey,
  });
  const fails = async (
    changes: Partial<ReturnType<typeof connection>>,
    run: Partial<Parameters<typeof runOverSsh>[1]>,
    message: RegExp,
  ): Promise<void> => {
    await assert.rejects(
      runOverSsh({ ...connection(), ...changes }, { command: "true", stdin: "", seconds: 10, ...run }),
      (error) =>
        error instanceof Error && message.test(error.message) && !error.message.includes("PRIVATE KEY"),
    );
  };

  it("hands stdin over, and returns what the command printed", async () => {
    const run = { command: "cat; echo warning >&2", stdin: "é 🐘\n".repeat(1_000), seconds: 10 };
    assert.equal(await runOverSsh(connection(), run), run.stdin);
  });

  it("says what a failing command said", async () => {
    await fails({}, { command: "echo 'no such user' >&2; exit 3" }, /^ssh ceph-admin@.*: no such user$/);
    await fails({}, { command: "exit 3" }, /: the command ended with 3 exit code$/);
    // Advice about the connection is for the connection.
    await fails({}, { command: "echo 'Connection timed out' >&2; exit 1" }, /: Connection timed out$/);
  });

  it("refuses a server with another key, and a key that the server refuses", async () => {
    await fails({ hostKey: newKey().public }, {}, /the server shows another key than hostKey/);
    await fails({ privateKey: newKey().private }, {}, /authentication methods failed/);
  });

  it("ends in time: a command without an end, a server that says nothing, and one that is not there", async () => {
    await fails({}, { command: "sleep 60", seconds: 1 }, /no answer within 1 s/);
    const silent = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as AddressInfo;
    await fails({ port }, { seconds: 1 }, /no answer within 1 s/);
    await new Promise((resolve) => silent.close(resolve));
    await fails({ port }, {}, /ECONNREFUSED/);
  });

  it("leaves nothing behind that ends the program later, where a key cannot be read", async () => {
    const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----";
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on("unhandledRejection", note);
    await assert.rejects(
      runOverSsh({ ...connection(), privateKey }, { command: "true", stdin: "", seconds: 1 }),
      /Malformed OpenSSH private key/,
    );
    await sleep(1_200);
    process.off("unhandledRejection", note);
    assert.deepEqual(rejections, []);
  });

  it("reads a key in PKCS#8, and says what to do with one that is not for SSH", async () => {
    const pem = { type: "pkcs8", format: "pem" } as const;
    const keys = [
      generateKeyPairSync("ed25519"),
      generateKeyPairSync("rsa", { modulusLength: 2048 }),
      generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ];
    for (const { privateKey } of keys) {
      const written = privateKey.export(pem).toString();
      await fails({ privateKey: written }, {}, /authentication methods failed/);
    }
    const ours = ssh2.utils.parseKey(server.privateKey);
    assert.ok(!(ours instanceof Error));
    const accepted = ours.getPrivatePEM();
    assert.match(accepted, /BEGIN PRIVATE KEY/);
    const run = { command: "echo in", stdin: "", seconds: 10 };
    assert.equal(await runOverSsh({ ...connection(), privateKey: accepted }, run), "in\n");
    const x25519 = generateKeyPairSync("x25519").privateKey.export(pem).toString();
    await fails(
      { privateKey: x25519 },
      {},
      /SSH does not support private keys of type x25519\. Make one with `ssh-keygen/,
    );
  });
});
