import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../lab/wait.ts";
import { mustPulumi, pulumi, startPulumi } from "../support/lab.ts";
import { labState } from "../support/workspace.ts";

const locks = join(labState, "workstation", "state", ".pulumi", "locks", "organization", "cnpg-rgw", "lab");
const isLocked = (): boolean => existsSync(locks) && readdirSync(locks).length > 0;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, pid, comm, state, parent] =
          /^(\d+) \((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, "utf8")) ?? [];
        // A zombie has ended; who has to take note of it may be slow.
        return state === "Z" ? [] : [{ pid: Number(pid), parent: Number(parent), name: comm ?? "" }];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

/** A process and all that it started, directly or not. */
function family(pid: number, all = processes()): Process[] {
  const own = all.filter((process) => process.pid === pid);
  return [...own, ...all.filter(({ parent }) => parent === pid).flatMap((child) => family(child.pid, all))];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended meanwhile
  }
}

/**
 * Nothing of a dead engine stays behind, neither the program nor what it has started. The official plugins look for
 * their engine every five minutes (`rpcutil.Healthcheck` in their `main`), and users do not wait for that.
 */
async function gone(family: readonly Process[]): Promise<void> {
  const left = family.filter(({ name }) => !/^pulumi-(?:language|resource)/.test(name));
  await until({ what: "the processes of the engine to end", timeoutMs: 60_000, intervalMs: 200 }, () => {
    const alive = processes().filter(({ pid, name }) =>
      left.some((one) => one.pid === pid && one.name === name),
    );
    return Promise.resolve(alive.length === 0 || alive.map(({ pid, name }) => `${name} (${pid})`).join(", "));
  });
}

/** Waits for the moment to strike in an `up` that has begun. */
export type Moment = (started: ReturnType<typeof startPulumi>) => Promise<unknown>;

export const lockTaken: Moment = async () => {
  const taken = { what: "the stack's lock", timeoutMs: 60_000, intervalMs: 20 };
  await until(taken, () => Promise.resolve(isLocked() || "none"));
};

export const printed =
  (what: RegExp): Moment =>
  (started) =>
    started.printed(what);

/** Starts a command, and kills its engine, or all that runs, in the middle. Returns what it had printed by then. */
async function die(command: readonly string[], moment: Moment, withAll = false): Promise<string> {
  const started = startPulumi(command);
  await moment(started);
  const all = family(started.pid);
  const engine = all.find(({ name }) => name === "pulumi");
  assert.ok(engine, `no engine among ${all.map(({ name }) => name).join(", ")}`);
  const left = family(engine.pid);
  for (const { pid } of withAll ? left : [engine]) kill(pid);
  const { all: printed } = await started.ended;
  await gone(left);
  return printed;
}

export interface Result {
  readonly code: number;
  readonly all: string;
}

/** As {@link die}; then comes what a user would run next, and meets the lock. */
export async function dieAndMeetTheLock(
  [dying, next]: readonly [readonly string[], readonly string[]],
  moment: Moment,
  withAll = false,
): Promise<Result> {
  const before = await die(dying, moment, withAll);
  const { code, all } = await pulumi(next);
  return { code, all: `${before}\n${all}` };
}

export const locked = /the stack is currently locked by 1 lock[^\n]*[\s\S]*?`pulumi cancel`/;

/** Frees the stack of the dead engine's lock, as that message says. */
export const cancelled = (): Promise<string> => mustPulumi(["cancel", "--yes"]);
