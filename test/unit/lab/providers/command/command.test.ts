import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { remoteCommand } from "../../../../../lab/providers/command/command.ts";
import { secret, type Log } from "../../../../../lab/providers/sdk/provider.ts";
import { newKey, startSshServer, type SshServer } from "../../../../support/ssh-server.ts";

const silent = () => undefined;
const said: string[] = [];
const note = (message: string) => void said.push(message);
const log: Log = { debug: silent, info: silent, status: silent, error: note, warning: note };
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
      /^Error: after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch$/,
    );
    const unchecked = { host: "127.0.0.1", port: server.port, privateKey: server.privateKey };
    assert.equal((await create({ create: "echo any", connection: unchecked })).outputs.stdout, "any");
  });

  it("dials again as often as it may", async () => {
    const nobody = { ...connection(), port: 1, dialErrorLimit: 2 };
    await assert.rejects(
      create({ create: "true", connection: nobody }),
      /^Error: after 2 failed attempts: dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
    );
  });

  it("never shows the private key when it cannot be read", async () => {
    const broken = { ...connection(), privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n" };
    await assert.rejects(create({ create: "true", connection: broken }), (error: Error) => {
      assert.match(error.message, /^ssh: /);
      assert.doesNotMatch(error.message, /c2VjcmV0|secret/);
      return true;
    });
  });

  it("fails on a variable that the server does not accept, but only warns of the previous output", async () => {
    assert.equal(
      (await create({ create: 'echo "$ALLOWED"', environment: { ALLOWED: "yes" } })).outputs.stdout,
      "yes",
    );
    said.length = 0;
    await assert.rejects(
      create({ create: "true", environment: { OTHER: "1" } }),
      /could not set environment variable "OTHER": ssh: setenv failed/,
    );
    assert.match(said.join(), /OTHER.*AcceptEnv/);
    said.length = 0;
    const news = { connection: connection(), create: "echo again" };
    await command.update({
      ...operation,
      id: "x",
      olds: news,
      news,
      state: { stdout: "before", stderr: "" },
    });
    assert.match(said.join(), /PULUMI_COMMAND_STDOUT/);
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

  it("stops when cancelled; the custom timeout ends the dialling, not the command", async () => {
    const inputs = { connection: connection(), create: "sleep 60" };
    const cancellation = new AbortController();
    setTimeout(() => {
      cancellation.abort(new Error("cancelled"));
    }, 100);
    await assert.rejects(command.create({ ...operation, inputs, signal: cancellation.signal }), /cancelled/);
    const slow = { connection: connection(), create: "sleep 0.5; echo done" };
    const { outputs } = await command.create({ ...operation, inputs: slow, timeoutSeconds: 0.2 });
    assert.equal(outputs.stdout, "done");
    const nobody = { ...inputs, connection: { ...connection(), port: 1, dialErrorLimit: -1 } };
    await assert.rejects(
      command.create({ ...operation, inputs: nobody, timeoutSeconds: 0.3 }),
      /context deadline exceeded/,
    );
  });

  it("updates on everything, triggers included: what replaces is the SDK's option", async () => {
    const diff = async (olds: object, news: object) =>
      (await command.diff({ id: "x", urn, olds: {}, state: { ...olds }, news: { ...news } })).changes;
    assert.deepEqual(await diff({ triggers: [1] }, { triggers: [2] }), { "triggers[0]": "update" });
    assert.deepEqual(await diff({ create: "a", stdout: "printed" }, { create: "b" }), { create: "update" });
  });

  it("has one path for all of a secret, and a mark that comes is a change", async () => {
    const diff = async (before: unknown, after: unknown) => {
      const marked = { state: { connection: before }, news: { connection: after } };
      return (await command.diff({ id: "x", urn, state: {}, olds: {}, news: {}, marked })).changes;
    };
    const nested = (host: string) => secret({ host, privateKey: secret("k") });
    assert.deepEqual(await diff(nested("a"), nested("a")), {});
    assert.deepEqual(await diff(nested("a"), nested("b")), { connection: "update" });
    assert.deepEqual(await diff(secret({ host: "a", privateKey: "k" }), nested("a")), {
      connection: "update",
    });
  });

  it("marks the connection and the keys in it secret, each for itself", async () => {
    const connection = { host: "h", privateKey: "k" };
    const { inputs } = await command.check({ urn, olds: {}, news: { connection } });
    assert.deepEqual(inputs.connection, secret({ host: "h", privateKey: secret("k") }));
  });

  it("refuses inputs that it does not know, and gives one account of a wrong connection", async () => {
    const check = async (news: object) =>
      (await command.check({ urn, olds: {}, news: { ...news } })).failures ?? [];
    assert.deepEqual(
      (await check({ connection: { host: "h" }, interpreter: ["sh"] })).map(({ property }) => property),
      ["interpreter"],
    );
    const failures = await check({ connection: { host: "h", port: "x", proxy: {} }, logging: "loud" });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["connection"],
    );
    assert.match(failures[0]?.reason ?? "", /port: Field 'port' on 'remote\.Connection' must be a 'float64'/);
    assert.match(failures[0]?.reason ?? "", /proxy: the lab's own provider does not know/);
  });
});
