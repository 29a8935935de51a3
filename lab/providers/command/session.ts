import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";

export interface RemoteRun {
  command: string;
  environment: Record<string, string>;
  stdin: string;
  signal: AbortSignal;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** Both, in the order in which they arrived. */
  combined: string;
  /** Why it counts as failed; undefined after exit status 0. */
  failure: string | undefined;
}

/** Of a connection that broke off. */
const lost = "wait: remote command exited without exit status or exit signal";

export async function runCommand(client: Client, run: RemoteRun): Promise<RunResult> {
  run.signal.throwIfAborted();
  // What was started on the host may run on: once stdin is closed, the library sends no signal any more.
  const stop = () => {
    client.destroy();
  };
  run.signal.addEventListener("abort", stop, { once: true });
  try {
    const result = await exec(client, run);
    run.signal.throwIfAborted();
    return result;
  } catch (error) {
    // A closed connection is how a cancelled command ends: the reason says more.
    run.signal.throwIfAborted();
    throw error;
  } finally {
    run.signal.removeEventListener("abort", stop);
  }
}

function exec(client: Client, { command, environment, stdin }: RemoteRun): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    client.exec(command, { env: environment }, (error, channel) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      // At once, since the answer of a quick command may already be here: its exit status comes only once.
      collect(client, channel, resolve);
      channel.end(stdin);
    });
    client.once("close", () => {
      reject(new Error(lost));
    });
  });
}

function collect(client: Client, channel: ClientChannel, done: (result: RunResult) => void): void {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const combined: Buffer[] = [];
  // What a connection that breaks off looks like: no exit status at all.
  let failure: string | undefined = lost;
  channel.on("data", (data: Buffer) => {
    stdout.push(data);
    combined.push(data);
  });
  channel.stderr.on("data", (data: Buffer) => {
    stderr.push(data);
    combined.push(data);
  });
  channel.on("exit", (code: number | null, signalName?: string) => {
    if (code === 0) failure = undefined;
    else if (code !== null) failure = `Process exited with status ${code}`;
    else
      failure = `Process exited with status ${signalStatus(signalName)} from signal ${signalName ?? "unknown"}`;
  });
  const finish = () => {
    done({ stdout: text(stdout), stderr: text(stderr), combined: text(combined), failure });
  };
  channel.once("close", finish);
  client.once("close", finish);
}

/** As a shell has it: 128 and the number of the signal. */
function signalStatus(name = ""): number {
  const number = Object.entries(constants.signals).find(
    ([known]) => known === `SIG${name.replace(/^SIG/, "")}`,
  )?.[1];
  return 128 + (number ?? 0);
}

/**
 * Which of the variables the server does not set. SSH has a reply for that, but the library does not ask for it;
 * so `env` is run with them first.
 */
export async function unsetVariables(
  client: Client,
  environment: Record<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  const names = Object.keys(environment);
  if (names.length === 0) return [];
  const { stdout } = await runCommand(client, { command: "env", environment, stdin: "", signal });
  const seen = new Set(stdout.split("\n").map((line) => line.split("=", 1)[0]));
  return names.filter((name) => !seen.has(name));
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
