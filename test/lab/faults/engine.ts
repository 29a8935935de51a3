import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../lab/wait.ts";
import { kubectl, must, mustPulumi, pulumi, startPulumi } from "../support/lab.ts";
import { labState } from "../support/workspace.ts";
import type { Fault, Theme } from "./fault.ts";

const up = ["up", "--yes", "--skip-preview"];
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

/** Nothing of a dead engine stays behind: neither the program nor a provider, nor what these have started. */
async function gone(left: readonly Process[]): Promise<void> {
  await until({ what: "the processes of the engine to end", timeoutMs: 60_000, intervalMs: 200 }, () => {
    const alive = processes().filter(({ pid, name }) =>
      left.some((one) => one.pid === pid && one.name === name),
    );
    return Promise.resolve(alive.length === 0 || alive.map(({ pid, name }) => `${name} (${pid})`).join(", "));
  });
}

/** Waits for the moment to strike in an `up` that has begun. */
type Moment = (started: ReturnType<typeof startPulumi>) => Promise<unknown>;

const afterLock =
  (seconds: number): Moment =>
  async () => {
    const taken = { what: "the stack's lock", timeoutMs: 30_000, intervalMs: 20 };
    await until(taken, () => Promise.resolve(isLocked() || "none"));
    await sleep(seconds * 1000);
  };

const releaseBegun: Moment = (started) => started.printed(/cnpg-operator-release creating/);

/** Helm keeps its record of a release in a Secret; by then it has begun to make the objects. */
const helmAtWork: Moment = async () => {
  const at = { what: "Helm to begin", timeoutMs: 60_000, intervalMs: 100 };
  const pending = [
    "-n",
    "cnpg-system",
    "get",
    "secrets",
    "-l",
    "owner=helm,status=pending-install",
    "-o",
    "name",
  ];
  await until(at, async () => (await kubectl(...pending)) !== "" || "no record");
};

/** Starts an `up`, kills its engine, or all that runs, in the middle, and runs the next command as a user would. */
async function dieAndTryAgain(moment: Moment, withAll: boolean): Promise<{ code: number; all: string }> {
  const started = startPulumi(up);
  await moment(started);
  const all = family(started.pid);
  const engine = all.find(({ name }) => name === "pulumi");
  assert.ok(engine, `no engine among ${all.map(({ name }) => name).join(", ")}`);
  const left = family(engine.pid);
  for (const { pid } of withAll ? left : [engine]) kill(pid);
  await started.ended;
  await gone(left);
  return pulumi(up);
}

const cancel = {
  what: "`pulumi cancel`",
  how: (): Promise<unknown> => mustPulumi(["cancel", "--yes"]),
};
const locked = /the stack is currently locked by 1 lock[^\n]*[\s\S]*?`pulumi cancel`/;

const killed = (name: string, moment: Moment, more: Partial<Fault> = {}): Fault => ({
  name,
  while: "everything is made (a first `up`)",
  change: async () => {
    // Of a test that failed before.
    await pulumi(["cancel", "--yes"]);
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
  },
  cause: () => Promise.resolve(() => Promise.resolve()),
  run: () => dieAndTryAgain(moment, false),
  says: [locked],
  seconds: 120,
  byHand: cancel,
  ...more,
});

/** What the message says: `pulumi cancel` first, then a command of its own. */
async function powerCut(): Promise<{ code: number; all: string }> {
  const first = await dieAndTryAgain(helmAtWork, true);
  await cancel.how();
  const second = await pulumi(up);
  told = /kubectl -n cnpg-system delete secret [\w.-]+/.exec(second.all)?.[0] ?? "";
  return { code: second.code, all: first.all + second.all };
}
let told = "";

const moments = [0.2, 1.5, 3, 4.5, 6, 7.5, 9, 11, 13];

export const engineTheme: Theme = {
  title: "The engine itself",
  notes: [],
  faults: [
    killed("Engine killed with -9, moment 1 of 10: the operator's release is begun", releaseBegun, {
      isCore: true,
    }),
    ...moments.map((seconds, i) =>
      killed(
        `Engine killed with -9, moment ${i + 2} of 10: ${seconds} s after it took the stack's lock`,
        afterLock(seconds),
      ),
    ),
    killed(
      "Power cut: engine, program and providers killed with -9, Helm in the middle of its work",
      helmAtWork,
      {
        run: powerCut,
        says: [locked, /Helm release cnpg in namespace cnpg-system is in state pending-install[^\n]*/],
        seconds: 180,
        byHand: {
          what: "`pulumi cancel` and the command of the message",
          how: () => must("workstation", told.split(" ")),
        },
      },
    ),
  ],
};
