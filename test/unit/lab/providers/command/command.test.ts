import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { remoteCommand } from "../../../../../lab/providers/command/command.ts";
import type { Log } from "../../../../../lab/providers/sdk/provider.ts";
import { newKey, startSshServer, type SshServer } from "../../../../support/ssh-server.ts";

const silent = () => undefined;
const warnings: string[] = [];
const log: Log = {
  debug: silent,
  info: silent,
  error: silent,
  status: silent,
  warning: (message) => {
    warnings.push(message);
  },
};
const command = remoteCommand(() => log);
const urn = "urn:pulumi:s::p::command:remote:Command::cmd";
const operation = { urn, timeoutSeconds: 0, signal: new AbortController().signal, preview: false };

describe("command:remote:Command", () => {
  let server: SshServer;
  before(async () => {
    server = await startSshServer({ acceptEnv: ["ALLOWED"] });
  });
  after(async () => {
    await server.close();
  });
  const connection = () => ({
    host: "127.0.0.1",
    port: server.port,
    privateKey: server.privateKey,
    hostKey: server.hostKey,
    dialErrorLimit: 0,
  });
  const create = async (inputs: object) =>
    command.create({ ...operation, inputs: { connection: connection(), ...inputs } });

  it("runs `create` with its stdin, and keeps both outputs without the last newline", async () => {
    const { id, outputs } = await create({ create: "cat; echo; echo oops >&2", stdin: "in" });
    assert.match(id, /^cmd[0-9a-f]{8}$/);
    assert.equal(outputs.stdout, "in");
    assert.equal(outputs.stderr, "oops");
  });

  it("gives the command, its status and what it printed when it fails", async () => {
    await assert.rejects(create({ create: "echo out; echo err >&2; exit 3" }), (error: Error) => {
      assert.match(
        error.message,
        /^Process exited with status 3: running "echo out; echo err >&2; exit 3":\n/,
      );
      assert.match(error.message, /out/);
      assert.match(error.message, /err/);
      return true;
    });
  });

  it("refuses a host key that is not the expected one, and asks for none where none is given", async () => {
    const wrong = { ...connection(), hostKey: newKey().public };
    await assert.rejects(
      create({ create: "true", connection: wrong }),
      /after 0 failed attempts.*host key mismatch/,
    );
    const unchecked = { host: "127.0.0.1", port: server.port, privateKey: server.privateKey };
    assert.equal((await create({ create: "echo any", connection: unchecked })).outputs.stdout, "any");
  });

  it("dials again as often as it may", async () => {
    const nobody = { ...connection(), port: 1, dialErrorLimit: 2 };
    await assert.rejects(
      create({ create: "true", connection: nobody }),
      /after 2 failed attempts.*ECONNREFUSED/,
    );
  });

  it("never shows the private key when it cannot be read", async () => {
    const broken = { ...connection(), privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n" };
    await assert.rejects(create({ create: "true", connection: broken }), (error: Error) => {
      assert.match(error.message, /^connection\.privateKey: /);
      assert.doesNotMatch(error.message, /c2VjcmV0|secret/);
      return true;
    });
  });

  it("fails on a variable that the server does not accept, but only warns of the previous output", async () => {
    assert.equal(
      (await create({ create: 'echo "$ALLOWED"', environment: { ALLOWED: "yes" } })).outputs.stdout,
      "yes",
    );
    await assert.rejects(create({ create: "true", environment: { OTHER: "1" } }), /"OTHER".*AcceptEnv/);
    warnings.length = 0;
    const news = { connection: connection(), create: "echo again" };
    await command.update({
      ...operation,
      id: "x",
      olds: news,
      news,
      state: { stdout: "before", stderr: "" },
    });
    assert.match(warnings.join(), /PULUMI_COMMAND_STDOUT/);
  });

  it("updates with `update`, else with `create`, and deletes with the stored `delete` and connection", async () => {
    const news = {
      connection: connection(),
      create: "echo c",
      update: "echo u",
      addPreviousOutputInEnv: false,
    };
    const update = { ...operation, id: "x", olds: {}, news, state: { stdout: "c", stderr: "" } };
    assert.equal((await command.update(update)).stdout, "u");
    assert.equal((await command.update({ ...update, news: { ...news, update: undefined } })).stdout, "c");
    server.commands.length = 0;
    const state = { ...news, delete: "echo d", stdout: "", stderr: "" };
    await command.delete({ ...operation, id: "x", state, inputs: {} });
    assert.deepEqual(server.commands, ["echo d"]);
  });

  it("does nothing in a preview", async () => {
    server.commands.length = 0;
    await command.create({
      ...operation,
      preview: true,
      inputs: { connection: connection(), create: "true" },
    });
    assert.deepEqual(server.commands, []);
  });

  it("stops when cancelled, and after the custom timeout", async () => {
    const inputs = { connection: connection(), create: "sleep 60" };
    const cancellation = new AbortController();
    setTimeout(() => {
      cancellation.abort(new Error("cancelled"));
    }, 100);
    await assert.rejects(command.create({ ...operation, inputs, signal: cancellation.signal }), /cancelled/);
    await assert.rejects(command.create({ ...operation, inputs, timeoutSeconds: 0.2 }), /timeout/);
  });

  it("replaces on triggers, updates on everything else", async () => {
    const diff = async (olds: object, news: object) =>
      (await command.diff({ id: "x", urn, state: {}, olds: { ...olds }, news: { ...news } })).changes;
    assert.deepEqual(await diff({ triggers: [1] }, { triggers: [2] }), { "triggers[0]": "update-replace" });
    assert.deepEqual(
      await diff({ create: "a", connection: { host: "h" } }, { create: "b", connection: { host: "i" } }),
      {
        create: "update",
        "connection.host": "update",
      },
    );
  });

  it("refuses inputs that it does not know", async () => {
    const news = { connection: { host: "h", proxy: {} }, interpreter: ["sh"] };
    const { failures } = await command.check({ urn, olds: {}, news });
    assert.deepEqual(
      failures?.map((failure) => failure.property),
      ["connection.proxy", "interpreter"],
    );
  });
});
