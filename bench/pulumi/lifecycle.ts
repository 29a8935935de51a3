import { join } from "node:path";
import { endpoints } from "../../lab/ceph/config.ts";
import { LabError } from "../../lab/errors.ts";
import { kubectl } from "../shared/lab.ts";
import { say } from "../shared/progress.ts";
import type { Keys } from "../shared/rgw-user.ts";
import type { Operation } from "./results.ts";
import { type ProgramName, type Stack, type Timed, type Workspace, programNames } from "./workspace.ts";

export type Observed = (program: ProgramName, operation: Operation, timed: Timed) => void;

/** How often what changes nothing is repeated within a run. */
const repeats = 3;

const namesOf = (program: ProgramName, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `bench-${program}-${String(i + 1).padStart(3, "0")}`);

const entries = (program: ProgramName, count: number): unknown[] =>
  namesOf(program, count).map((name) => ({ name, create: true }));

/** What both programs are told: any S3 store with keys given, and the empty chart in the operator's place. */
export const configFor = (program: ProgramName, namespaces: number): Record<string, unknown> => ({
  endpoint: endpoints.http,
  region: "local",
  path: "/bench",
  bucket: `bench-pulumi-${program}`,
  namespaces: entries(program, namespaces),
  operator: { chart: join(import.meta.dirname, "programs", "empty-chart") },
  barmanPlugin: { enabled: false },
});

/** A stack of each program from its first `up` to its end, in turns, each operation timed. */
export async function lifecycle(
  workspace: Workspace,
  programs: readonly ProgramName[],
  namespaces: number,
  run: number,
  keys: Keys,
  observed: Observed,
): Promise<void> {
  const stacks = await makeStacks(workspace, programs, namespaces, String(run), keys);
  const timed = async (operation: Operation, args: readonly string[]): Promise<void> => {
    for (const [program, stack] of stacks) {
      say(`${program}, ${namespaces} namespaces: ${operation}`);
      observed(program, operation, await stack.operate(args));
    }
  };
  const up = ["up", "--yes", "--skip-preview"];
  await timed("first up", up);
  for (let i = 0; i < repeats; i++) {
    await timed("no-op up", [...up, "--expect-no-changes"]);
    await timed("preview", ["preview", "--expect-no-changes"]);
  }
  for (const [program, stack] of stacks) stack.configure({ namespaces: entries(program, namespaces + 1) });
  await timed("one more namespace", up);
  await timed("destroy", ["destroy", "--yes", "--skip-preview"]);
  await removeNamespaces(namespaces + 1);
}

/**
 * An `up` and a `destroy` of each program, not timed: whichever ran first would read code and plugins from the disk, and
 * this program would fill Node's cache of compiled code, for those that come after it.
 */
export async function warmUp(workspace: Workspace, keys: Keys): Promise<void> {
  const namespaces = 1;
  const stacks = await makeStacks(workspace, programNames, namespaces, "warm-up", keys);
  for (const [program, stack] of stacks) {
    say(`${program}: once, not timed`);
    await stack.operate(["up", "--yes", "--skip-preview"]);
    await stack.operate(["destroy", "--yes", "--skip-preview"]);
  }
  await removeNamespaces(namespaces);
}

async function makeStacks(
  workspace: Workspace,
  programs: readonly ProgramName[],
  namespaces: number,
  run: string,
  keys: Keys,
): Promise<Map<ProgramName, Stack>> {
  const stacks = new Map<ProgramName, Stack>();
  for (const program of programs) {
    const name = `bench-${program}-${namespaces}-${run}`;
    // A bucket for each run, since this program leaves it where it is; it goes with the bench's user.
    const config = { ...configFor(program, namespaces), bucket: name };
    const stack = await workspace.makeStack(name, program, config);
    await stack.setSecret("accessKeyId", keys.accessKeyId);
    await stack.setSecret("secretAccessKey", keys.secretAccessKey);
    stacks.set(program, stack);
  }
  return stacks;
}

/**
 * The operator's release is one of a kind in a cluster, and the program refuses a second one. Its CRDs may be there, for
 * they belong to the release of that name.
 */
export async function requireNoOperator(): Promise<void> {
  const found = await kubectl([
    "get",
    "deployments",
    "-A",
    "-l",
    "app.kubernetes.io/name=cloudnative-pg",
    "-o",
    "name",
  ]);
  if (found === "") return;
  throw new LabError("stack lab is in the way: its operator is installed in Kubernetes", {
    hint: "npm run -s lab -- exec -- pulumi destroy, then the same command again; `npm run lab` installs the stack again",
  });
}

/** The programs leave namespaces where they are, since databases may live there. */
export async function removeNamespaces(count: number): Promise<void> {
  const ours = new Set([
    "bench-flat-operator",
    ...programNames.flatMap((program) => namesOf(program, count)),
  ]);
  // kubectl asks for each name five times a second at most, so it is given those that exist.
  const existing = await kubectl(["get", "namespaces", "-o", "jsonpath={.items[*].metadata.name}"]);
  const names = existing.split(" ").filter((name) => ours.has(name));
  if (names.length === 0) return;
  say(`deleting ${names.length} namespaces`);
  await kubectl(["delete", "namespace", ...names, "--timeout=25m"], { timeoutMs: 26 * 60_000 });
}
