import type { Difference } from "./compare.ts";
import type { RecordedCall } from "./recorded.ts";

export interface KnownDifference {
  /** The stand-in and its method. */
  row: string;
  /** As it is in the answer. */
  field: string;
  reason: string;
  matches: (call: RecordedCall, difference: Difference) => boolean;
}

/** What stays different, and why. An entry that no recorded call needs any more fails the test. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    row: "`random` Create",
    field: "`bcryptHash`",
    reason:
      "Node has no bcrypt, and nothing reads the hash; a state without it is good for the official plugin",
    matches: ({ provider, method }, { path }) =>
      provider === "random" && method === "Create" && path === "response.properties.bcryptHash",
  },
  {
    row: "`kubernetes` DiffConfig",
    field: "the error, after `failed to parse kubeconfig: `",
    reason: "the words of another library for YAML",
    matches: ({ provider, method }, { path, official, standIn }) =>
      provider === "kubernetes" &&
      method === "DiffConfig" &&
      path === "error" &&
      [official, standIn].every((said) => String(said).startsWith("failed to parse kubeconfig: ")),
  },
];

/** Whether a difference has a reason; notes which one. */
export function isKnown(call: RecordedCall, difference: Difference, used: Set<number>): boolean {
  const found = knownDifferences.findIndex(({ matches }) => matches(call, difference));
  if (found !== -1) used.add(found);
  return found !== -1;
}

/** The same as a table for the README. */
export function tableOfDifferences(): string {
  const rows = [
    ["call", "field", "why it stays"],
    ...knownDifferences.map(({ row, field, reason }) => [row, field, reason]),
  ];
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
