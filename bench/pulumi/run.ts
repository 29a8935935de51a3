import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { checkout } from "../../lab/layout.ts";
import { engineVersion } from "../../lab/workstation/engine.ts";
import { machineFacts } from "../shared/machine.ts";
import { makeUser, removeUser } from "../shared/rgw-user.ts";
import { median, spread } from "../shared/statistics.ts";
import { lifecycle, removeNamespaces, warmUp } from "./lifecycle.ts";
import type { Peaks, Role } from "./processes.ts";
import { type Operation, type OperationResult, type Results, type SshResult, operations } from "./results.ts";
import { sshConnections } from "./ssh-bound.ts";
import { type ProgramName, type Timed, Workspace, programNames } from "./workspace.ts";

export interface Plan {
  readonly namespaces: readonly number[];
  readonly runs: number;
  /** The values of the engine's `--parallel` at which SSH connections are counted. */
  readonly parallel: readonly number[];
}

const users = { given: "bench-pulumi", made: "bench-pulumi-ssh" } as const;

/** Measures with a backend, users and namespaces of its own, and removes all of them in any case. */
export async function runPulumiBench(plan: Plan): Promise<Results> {
  const workspace = new Workspace();
  const most = Math.max(...plan.namespaces) + 1;
  await cleanUp(most);
  try {
    return await measureAll(plan, workspace);
  } finally {
    await cleanUp(most);
    workspace.remove();
  }
}

async function cleanUp(namespaces: number): Promise<void> {
  await removeNamespaces(namespaces);
  for (const uid of Object.values(users)) await removeUser(uid);
}

type Found = Map<string, Timed[]>;
const keyOf = (program: ProgramName, namespaces: number, operation: Operation): string =>
  `${program}/${namespaces}/${operation}`;

async function measureAll(plan: Plan, workspace: Workspace): Promise<Results> {
  const keys = await makeUser(users.given);
  const found: Found = new Map();
  await warmUp(workspace, keys);
  for (const namespaces of plan.namespaces) {
    for (let run = 1; run <= plan.runs; run++) {
      // Each first as often as the other: what goes first finds other caches.
      const order = run % 2 === 1 ? programNames : programNames.toReversed();
      await lifecycle(workspace, order, namespaces, run, keys, (program, operation, timed) => {
        const key = keyOf(program, namespaces, operation);
        found.set(key, [...(found.get(key) ?? []), timed]);
      });
    }
  }
  const ssh: SshResult[] = [];
  for (const parallel of plan.parallel) {
    ssh.push(await sshConnections(workspace, Math.min(...plan.namespaces), parallel, users.made));
  }
  return {
    machine: machineFacts(),
    versions: versions(),
    runs: plan.runs,
    operations: plan.namespaces.flatMap((namespaces) => resultsOf(namespaces, found)),
    ssh,
  };
}

function resultsOf(namespaces: number, found: Found): OperationResult[] {
  return operations.flatMap((operation) =>
    programNames.map((program): OperationResult => {
      const timed = found.get(keyOf(program, namespaces, operation)) ?? [];
      const seconds = timed.map((each) => each.seconds);
      const cpuSeconds = timed.map((each) => each.cpuSeconds);
      return {
        program,
        namespaces,
        operation,
        seconds: median(seconds),
        spread: spread(seconds),
        cpuSeconds: median(cpuSeconds),
        peaks: highest(timed.map(({ peaks }) => peaks)),
      };
    }),
  );
}

function highest(peaks: readonly Peaks[]): Peaks {
  const of = (role: Role): number => Math.max(...peaks.map((each) => each[role]));
  return { engine: of("engine"), program: of("program"), plugins: of("plugins") };
}

const manifest = z.object({ version: z.string() });

function versions(): string {
  const version = (name: string): string =>
    manifest.parse(JSON.parse(readFileSync(join(checkout, "node_modules", name, "package.json"), "utf8")))
      .version;
  const packages = ["@pulumi/pulumi", "@pulumi/kubernetes", "@pulumi/aws"];
  const listed = packages.map((name) => `${name} ${version(name)}`).join(", ");
  return `Pulumi engine ${engineVersion()}, the npm packages ${listed}, Node ${process.version}`;
}
