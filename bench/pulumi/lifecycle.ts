import { join } from "node:path";
import { endpoints } from "../../lab/ceph/config.ts";
import { kubectl } from "../shared/lab.ts";
import { say } from "../shared/progress.ts";
import type { Keys } from "../shared/rgw-user.ts";
import type { Operation } from "./results.ts";
import type { ProgramName, Timed, Workspace } from "./workspace.ts";

export type Observed = (operation: Operation, timed: Timed) => void;

/** How often what changes nothing is repeated within a run. */
const repeats = 3;

/** Namespaces that both programs make; they are there under one name at a time. */
const namesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `bench-${String(i + 1).padStart(3, "0")}`);

const entries = (count: number): unknown[] => namesOf(count).map((name) => ({ name, create: true }));

/** What both programs are told: any S3 store with keys given, and the empty chart in the operator's place. */
export const configFor = (namespaces: number): Record<string, unknown> => ({
  endpoint: endpoints.http,
  region: "local",
  path: "/bench",
  bucket: "bench-pulumi",
  protectBucket: false,
  namespaces: entries(namespaces),
  operator: { chart: join(import.meta.dirname, "programs", "empty-chart") },
  barmanPlugin: { enabled: false },
});

/** A stack from its first `up` to its end, each operation timed. */
export async function lifecycle(
  workspace: Workspace,
  program: ProgramName,
  namespaces: number,
  run: number,
  keys: Keys,
  observed: Observed,
): Promise<void> {
  const stack = await workspace.makeStack(
    `bench-${program}-${namespaces}-${run}`,
    program,
    configFor(namespaces),
  );
  await stack.setSecret("accessKeyId", keys.accessKeyId);
  await stack.setSecret("secretAccessKey", keys.secretAccessKey);
  const timed = async (operation: Operation, args: readonly string[]): Promise<void> => {
    say(`${program}, ${namespaces} namespaces: ${operation}`);
    observed(operation, await stack.operate(args));
  };
  const up = ["up", "--yes", "--skip-preview"];
  await timed("first up", up);
  for (let i = 0; i < repeats; i++) {
    await timed("no-op up", [...up, "--expect-no-changes"]);
    await timed("preview", ["preview", "--expect-no-changes"]);
  }
  stack.configure({ namespaces: entries(namespaces + 1) });
  await timed("one more namespace", up);
  await timed("destroy", ["destroy", "--yes", "--skip-preview"]);
  await removeNamespaces(namespaces + 1);
}

/** The programs leave namespaces where they are, since databases may live there. */
export async function removeNamespaces(count: number): Promise<void> {
  say(`deleting ${count} namespaces`);
  const names = ["bench-operator", ...namesOf(count)];
  const args = ["delete", "namespace", ...names, "--ignore-not-found", "--timeout=15m"];
  await kubectl(args, { timeoutMs: 16 * 60_000 });
}
