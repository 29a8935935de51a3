import type { TopLevelSpec } from "vega-lite";
import { type Column, table } from "../../report/markdown.ts";
import { digits, percent } from "../shared/statistics.ts";
import type { Operation, OperationResult, Results, SshResult } from "./results.ts";

export const goal = 1.1;
export const plotFile = "pulumi-speed.svg";

/** Both programs beside each other. */
export interface Comparison {
  readonly namespaces: number;
  readonly operation: Operation;
  readonly stack: OperationResult;
  readonly flat: OperationResult;
  /** The stack's seconds for one of the flat program's. */
  readonly ratio: number;
}

export function comparisons({ operations }: Results): Comparison[] {
  const stacks = operations.filter(({ program }) => program === "stack");
  return stacks.map((stack) => {
    const flat = operations.find(
      (other) =>
        other.program === "flat" &&
        other.namespaces === stack.namespaces &&
        other.operation === stack.operation,
    );
    if (flat === undefined) throw new RangeError(`no flat program for ${stack.operation}`);
    const { namespaces, operation } = stack;
    return { namespaces, operation, stack, flat, ratio: stack.seconds / flat.seconds };
  });
}

const mib = (bytes: number): string => String(Math.round(bytes / 1024 ** 2));

const timeColumns: Column<Comparison>[] = [
  { title: "operation", cell: ({ operation }) => operation },
  { title: "namespaces", cell: ({ namespaces }) => String(namespaces) },
  { title: "this program, s", cell: ({ stack }) => digits(stack.seconds) },
  { title: "flat program, s", cell: ({ flat }) => digits(flat.seconds) },
  { title: "ratio", cell: ({ ratio }) => ratio.toFixed(2) },
  { title: `at most ${goal}`, cell: ({ ratio }) => (ratio <= goal ? "yes" : "no") },
  {
    title: "CPU s (flat)",
    cell: ({ stack, flat }) => `${digits(stack.cpuSeconds)} (${digits(flat.cpuSeconds)})`,
  },
  { title: "spread", cell: ({ stack, flat }) => `${percent(stack.spread)}, ${percent(flat.spread)}` },
];

const memoryColumns: Column<Comparison>[] = [
  { title: "operation", cell: ({ operation }) => operation },
  { title: "namespaces", cell: ({ namespaces }) => String(namespaces) },
  ...(["engine", "program", "plugins"] as const).map((role) => ({
    title: `${role}, MiB (flat)`,
    cell: ({ stack, flat }: Comparison) => `${mib(stack.peaks[role])} (${mib(flat.peaks[role])})`,
  })),
];

const sshColumns: Column<SshResult>[] = [
  { title: "`--parallel`", cell: ({ parallel }) => String(parallel) },
  { title: "namespaces", cell: ({ namespaces }) => String(namespaces) },
  { title: "up: opened", cell: ({ up }) => String(up.opened) },
  { title: "at once", cell: ({ up }) => String(up.atOnce) },
  { title: "destroy: opened", cell: ({ destroy }) => String(destroy.opened) },
  { title: "at once", cell: ({ destroy }) => String(destroy.atOnce) },
];

/** The page docs/pulumi-speed.md. */
export function pulumiReport(results: Results): string {
  const rows = comparisons(results);
  const noted = rows.filter(({ operation }) => operation === "first up" || operation === "no-op up");
  return `# How fast the program is

Measured by \`npm run bench -- pulumi\` on the lab: ${results.versions}, on one machine: ${results.machine}. Figures are
medians of ${results.runs} ${results.runs === 1 ? "run" : "runs"}, in which both programs take turns, and of three times as many of what changes nothing.
Each program has made and removed a stack before, and CPU seconds are those of engine, program and plugins.
Spread is (slowest − fastest) / median, of this program and of the flat one.

This program is index.ts as it is; the flat program (bench/pulumi/programs/flat) makes the same resources of the same
config, written down one by one: no components, no checks. Both make a provider and a bucket on an S3 store whose keys
are given, a namespace and a Helm release for the operator, and for each team a namespace and a Secret. What this
program does beside that counts for it: it checks its config, asks the cluster for every namespace, looks for the bucket
and proves the keys in it. The chart is an empty one in both, since the time to install an operator would hide the rest,
and there are no databases. Node keeps this program's compiled code (\`nodeargs\` in Pulumi.yaml), and starts the flat one
as it does by default. The engine is timed without its npm wrapper; \`up\` and \`destroy\` without their preview.

${table(timeColumns, rows)}

![Seconds by number of namespaces](${plotFile})

## Memory

The most that was resident (VmHWM), in brackets that of the flat program.

${table(memoryColumns, noted)}

## SSH connections

With keys that are made on the Ceph host, as its sshd counts them.

${table(sshColumns, results.ssh)}
`;
}

/** Lines of both programs' seconds over the number of namespaces, a panel for each operation. */
export function pulumiPlot({ operations }: Results): TopLevelSpec {
  const values = operations.map(({ program, namespaces, operation, seconds }) => ({
    program: program === "stack" ? "this program" : "flat program",
    namespaces,
    operation,
    seconds,
  }));
  return {
    background: "white",
    data: { values },
    facet: { field: "operation", type: "nominal", sort: null, title: null },
    columns: 3,
    spec: {
      width: 180,
      height: 140,
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "namespaces", type: "quantitative" },
        y: { field: "seconds", type: "quantitative", title: "s" },
        color: { field: "program", type: "nominal", title: null, scale: { range: ["#b8893f", "#2f6f9f"] } },
        strokeDash: { field: "program", type: "nominal", title: null },
      },
    },
    resolve: { scale: { y: "independent" } },
  };
}
