import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { execa } from "execa";
import { LabError } from "../errors.ts";
import { hosts } from "../layout.ts";
import type { HostName } from "../layout.ts";
import { inLabCgroup } from "./cgroup.ts";

export interface RunOptions {
  /** Run inside this host's network namespace; default: the machine's own. */
  readonly host?: HostName;
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Record<string, string>;
  /** Standard input; also the way for anything secret. */
  readonly input?: string | Buffer;
  /** stdout and stderr are appended to this file. */
  readonly log?: string;
  /** Default 60 000. The command is killed at the deadline and the error says so. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** It takes long, and outlives a command of the lab that is killed: `down` ends it then. */
  readonly outlives?: boolean;
}

/** The argv that runs `argv` in the network of a host. (`ip netns exec` would remount /sys and hide the cgroups.) */
export function onHost(host: HostName, argv: readonly string[]): string[] {
  return ["nsenter", `--net=/run/netns/${hosts[host].netns}`, "--", ...argv];
}

/**
 * Runs a command to its end and returns its stdout.
 * @throws LabError with the command's name, exit code and last lines when it fails or exceeds its time.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const grouped = options.outlives === true ? inLabCgroup("work", argv) : argv;
  const [file, ...args] = options.host === undefined ? grouped : onHost(options.host, grouped);
  if (file === undefined) throw new TypeError("run: empty command");
  const timeout = options.timeoutMs ?? 60_000;
  const child = execa(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    timeout,
    all: true,
    reject: false,
    maxBuffer: 64 * 1024 * 1024,
  });
  let logged: Promise<void> | undefined;
  if (options.log !== undefined) {
    mkdirSync(dirname(options.log), { recursive: true });
    logged = finished(child.all.pipe(createWriteStream(options.log, { flags: "a" })));
  }
  const result = await child;
  await logged;
  if (!result.failed) return result.stdout;
  const why = result.timedOut
    ? `took longer than ${String(timeout / 1000)} s`
    : result.exitCode === undefined
      ? result.shortMessage
      : `exited with ${String(result.exitCode)}`;
  const tail = result.all.split("\n").slice(-12).join("\n");
  throw new LabError(
    `${argv.slice(0, 3).join(" ")} ${why}${tail === "" ? "" : `:\n${tail}`}`,
    options.log === undefined ? {} : { logFile: options.log },
  );
}

/** As {@link run}, with success as a boolean. */
export async function succeeds(argv: readonly string[], options: RunOptions = {}): Promise<boolean> {
  return run(argv, options).then(
    () => true,
    () => false,
  );
}
