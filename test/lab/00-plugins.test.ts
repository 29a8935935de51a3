/**
 * The lab's own language host and providers under the real engine, without the rest of the lab: the SSH server and
 * the S3 store are small ones of this test.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, it } from "mocha";
import { execa } from "execa";
import { enginePath } from "../../lab/workstation/engine.ts";
import { startS3Server, type S3Server } from "../support/s3-server.ts";
import { startSshServer, type SshServer } from "../support/ssh-server.ts";
import { engineProject, type EngineProject } from "./support/engine-project.ts";
import { inFull } from "./support/full.ts";

const program = `
import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const config = new pulumi.Config();
interface Given { port: number; privateKey: string; hostKey: string; endpoint: string }
const given = config.requireSecretObject<Given>("given");
const password = new random.RandomPassword("password", { length: 24, special: false });
const store = new aws.Provider("store", {
  region: "us-east-1", accessKey: "AK", secretKey: password.result, endpoints: [{ s3: given.endpoint }],
  s3UsePathStyle: true, skipCredentialsValidation: true, skipRequestingAccountId: true, skipMetadataApiCheck: true,
});
const bucket = new aws.s3.Bucket("bucket", { bucket: "backups" }, { provider: store });
const connection = { host: "127.0.0.1", port: given.port, privateKey: given.privateKey, hostKey: given.hostKey };
new command.remote.Command("command", {
  connection, create: config.get("create") ?? "cat", delete: "true", logging: "none",
  stdin: password.result, addPreviousOutputInEnv: false,
}, { dependsOn: bucket, additionalSecretOutputs: ["stdout"] });
if (config.getBoolean("unknown")) new random.RandomPet("pet");
export const result = password.result;
`;

inFull.describe("the lab's own plugins under the real engine", () => {
  let project: EngineProject;
  let ssh: SshServer;
  let s3: S3Server;

  before(async () => {
    assert.ok(existsSync(enginePath()), `no Pulumi engine at ${enginePath()}: run 'npm run lab -- up'`);
    project = engineProject("test", ["random", "command", "aws"], { "index.ts": program });
    [ssh, s3] = await Promise.all([startSshServer(), startS3Server()]);
    await pulumi("stack", "init", "test");
    const { port, privateKey, hostKey } = ssh;
    const given = JSON.stringify({ port, privateKey, hostKey, endpoint: s3.endpoint });
    await execa(project.engine, ["config", "set", "--secret", "given"], {
      cwd: project.program,
      env: project.environment,
      input: given,
    });
  });

  after(async () => {
    await Promise.all([ssh.close(), s3.close()]);
    project.remove();
  });

  const pulumi = (...args: string[]) => project.pulumi(...args);
  const up = async (...args: string[]) => pulumi("up", "--yes", "--skip-preview", ...args);
  const succeed = async (run: Promise<{ exitCode: number | undefined; output: string }>) => {
    const { exitCode, output } = await run;
    assert.equal(exitCode, 0, output);
    return output;
  };

  it("preview shows what will be made, and makes nothing", async () => {
    const output = await succeed(pulumi("preview", "--diff"));
    assert.match(output, /\+ 5 to create/);
    assert.doesNotMatch(output, /warning/);
    assert.deepEqual([ssh.commands, s3.requests], [[], []]);
  });

  it("up makes it, and no secret is in the clear in its output or in the state", async () => {
    const output = await succeed(up("--diff"));
    assert.match(output, /\+ 5 created/);
    assert.doesNotMatch(output, /warning/);
    assert.ok(s3.buckets.has("backups"));
    const { stdout: password } = await execa(
      project.engine,
      ["stack", "output", "result", "--show-secrets"],
      {
        cwd: project.program,
        env: project.environment,
      },
    );
    assert.match(password, /^[A-Za-z0-9]{24}$/);
    const state = project.state().join("\n");
    assert.match(state, /command:remote:Command/);
    for (const secret of [password, "PRIVATE KEY"]) {
      assert.ok(!output.includes(secret), "a secret in the output");
      assert.ok(!state.includes(secret), "a secret in the state");
    }
  });

  it("up again changes nothing", async () => {
    ssh.commands.length = 0;
    assert.match(await succeed(up("--expect-no-changes")), /5 unchanged/);
    await succeed(pulumi("preview", "--expect-no-changes"));
    assert.deepEqual(ssh.commands, []);
  });

  it("a failing command fails the update with the command and what it printed", async () => {
    await succeed(pulumi("config", "set", "create", "echo broken; exit 3"));
    const { exitCode, output } = await up();
    assert.notEqual(exitCode, 0);
    assert.match(output, /Process exited with status 3: running "echo broken; exit 3":\s+broken/);
  });

  it("Ctrl-C ends a running command soon", async () => {
    await succeed(pulumi("config", "set", "create", "sleep 60"));
    const running = startUp();
    await commandStarted();
    const asked = Date.now();
    running.child.kill("SIGINT");
    const output = await running.output;
    assert.ok(Date.now() - asked < 15_000, "took too long");
    assert.match(output, /cancelled/);
  });

  it("plugins end when the engine is killed", async () => {
    const running = startUp();
    await commandStarted();
    running.child.kill("SIGKILL");
    for (let waited = 0; processesOf(project.folder).length > 0; waited += 250) {
      assert.ok(waited < 10_000, `still running: ${processesOf(project.folder).join()}`);
      await sleep(250);
    }
    await succeed(pulumi("cancel", "--yes"));
    await succeed(pulumi("config", "rm", "create"));
  });

  it("a resource that the lab's provider does not know is a clear error", async () => {
    await succeed(pulumi("config", "set", "unknown", "true"));
    const { exitCode, output } = await up();
    assert.notEqual(exitCode, 0);
    assert.match(output, /random provider does not know the resource random:index\/randomPet:RandomPet/);
    await succeed(pulumi("config", "rm", "unknown"));
  });

  it("refresh sees that the bucket has gone, and up makes it again", async () => {
    s3.buckets.clear();
    assert.match(await succeed(pulumi("refresh", "--yes", "--skip-preview")), /1 deleted/);
    assert.match(await succeed(up()), /1 created/);
  });

  it("destroy deletes everything", async () => {
    await succeed(pulumi("destroy", "--yes", "--skip-preview"));
    assert.equal(s3.buckets.size, 0);
    assert.equal(ssh.commands.at(-1), "true");
  });

  function startUp() {
    ssh.commands.length = 0;
    const child = spawn(
      project.engine,
      ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"],
      {
        cwd: project.program,
        env: project.environment,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    const output = new Promise<string>((resolve) =>
      child.once("close", () => {
        resolve(String(Buffer.concat(chunks)));
      }),
    );
    return { child, output };
  }

  async function commandStarted(): Promise<void> {
    for (let waited = 0; ssh.commands.length === 0; waited += 100) {
      assert.ok(waited < 60_000, "the command has not been started");
      await sleep(100);
    }
  }
});

/** Processes that were started with this folder as their PULUMI_HOME. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`PULUMI_HOME=${folder}/`)
      );
    } catch {
      return false;
    }
  });
}
