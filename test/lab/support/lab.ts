import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { until } from "../../../lab/wait.ts";
import { checkoutCopy, stateHome } from "./workspace.ts";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order they came. */
  readonly all: string;
}

export interface Options {
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly timeoutMs?: number;
  readonly cwd?: string;
  /** Shows what it prints as it comes, too. */
  readonly show?: boolean;
}

/** Of the lab's command line. */
export const environment = (extra: Record<string, string> = {}): Record<string, string | undefined> => ({
  ...extra,
  XDG_STATE_HOME: stateHome,
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
});
const cli = join(checkoutCopy, "lab", "cli.ts");

const running = new Set<{ kill: () => unknown }>();

/** Ends the commands that run now. */
export function endRunning(): void {
  for (const command of running) command.kill();
}

/** Runs the lab's command line as a user would; never throws for an exit code. */
export async function lab(args: readonly string[], options: Options = {}): Promise<Outcome> {
  const command = execa("node", [cli, ...args], {
    cwd: options.cwd ?? checkoutCopy,
    env: environment(options.env),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    timeout: options.timeoutMs ?? 300_000,
    reject: false,
    ...(options.show === true
      ? { stdout: ["pipe", "inherit"] as const, stderr: ["pipe", "inherit"] as const }
      : {}),
    all: true,
    maxBuffer: 128 * 1024 * 1024,
  });
  running.add(command);
  const result = await command;
  running.delete(command);
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr, all: result.all };
}

/** Starts a lab command and kills it, and nothing that it has started, with SIGKILL. It must not have ended by then. */
export async function labKilledAfter(args: readonly string[], milliseconds: number): Promise<void> {
  // Refuses a fraction, which must not happen while the command runs.
  await labKilled(args, AbortSignal.timeout(milliseconds + 10_000), sleep(milliseconds));
}

/** As {@link labKilledAfter}, as soon as something is so. */
export async function labKilledOnce(
  args: readonly string[],
  what: string,
  isSo: () => boolean,
): Promise<void> {
  const deadline = AbortSignal.timeout(70_000);
  const moment = until({ what, timeoutMs: 60_000, intervalMs: 50 }, () =>
    Promise.resolve(isSo() || "not yet"),
  );
  await labKilled(args, deadline, moment);
}

async function labKilled(
  args: readonly string[],
  deadline: AbortSignal,
  moment: Promise<unknown>,
): Promise<void> {
  const child = spawn("node", [cli, ...args], {
    cwd: checkoutCopy,
    env: { ...process.env, ...environment() },
    stdio: "ignore",
  });
  const closed = once(child, "close", { signal: deadline });
  await moment.finally(() => child.kill("SIGKILL"));
  assert.deepEqual(await closed, [null, "SIGKILL"], `lab ${args.join(" ")} ended before it was killed`);
}

/** A pulumi command that a test interrupts, as Ctrl-C on a terminal does: the whole process group gets the signal. */
export function startPulumi(args: readonly string[]): {
  pid: number;
  ended: Promise<{ code: number; all: string }>;
  printed: (what: RegExp) => Promise<void>;
  interrupt: () => void;
} {
  const command = [cli, "exec", "--", "pulumi", ...args, "--non-interactive", "--color", "never"];
  const child = spawn("node", command, {
    cwd: checkoutCopy,
    env: { ...process.env, ...environment() },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  let all = "";
  const collect = (chunk: Buffer): void => {
    all += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return {
    pid: child.pid ?? 0,
    ended: once(child, "close").then(() => ({ code: child.exitCode ?? -1, all })),
    printed: (what) =>
      until({ what: `pulumi to print ${String(what)}`, timeoutMs: 60_000 }, () =>
        Promise.resolve(what.test(all) || all),
      ),
    interrupt: () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    },
  };
}

/** A command on a host of the lab. */
export async function on(
  host: "pve" | "k8s" | "workstation",
  argv: readonly string[],
  options: Options = {},
): Promise<Outcome> {
  return lab(["exec", "--host", host, "--", ...argv], options);
}

/** As {@link on}, for a command that must succeed; returns its stdout. */
export async function must(
  host: "pve" | "k8s" | "workstation",
  argv: readonly string[],
  options: Options = {},
): Promise<string> {
  const outcome = await on(host, argv, options);
  assert.equal(
    outcome.code,
    0,
    `${argv.join(" ")} on ${host} exited with ${String(outcome.code)}:\n${outcome.all}`,
  );
  return outcome.stdout;
}

export async function pulumi(args: readonly string[], options: Options = {}): Promise<Outcome> {
  return on("workstation", ["pulumi", ...args, "--non-interactive", "--color", "never"], {
    timeoutMs: 600_000,
    ...options,
  });
}

export async function mustPulumi(args: readonly string[], options: Options = {}): Promise<string> {
  const outcome = await pulumi(args, options);
  assert.equal(
    outcome.code,
    0,
    `pulumi ${args.join(" ")} exited with ${String(outcome.code)}:\n${outcome.all}`,
  );
  return outcome.all;
}

export async function kubectl(...args: string[]): Promise<string> {
  return must("workstation", ["kubectl", ...args]);
}
