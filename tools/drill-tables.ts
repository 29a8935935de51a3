import type { TopLevelSpec } from "vega-lite";

import { type Column, table } from "../report/markdown.ts";
import { type LiveDrill, type Run, shownBytes } from "../components/internal.ts";

const none = "–";
const seconds = (value: number | null | undefined): string =>
  value == null ? none : `${Math.round(value)} s`;
const time = (iso: string): string => iso.slice(0, 16).replace("T", " ");

/** A duration in its largest unit, such as `3 d`. */
export function ago(from: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(from)) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

const resultOf = ({ runs: [last], isSuspended }: LiveDrill): string =>
  `${last?.result ?? "never ran"}${isSuspended ? " (suspended)" : ""}`;

/** `NAMESPACE/NAME` of its database; the drill's own name before its first run. */
export const nameOf = ({ drill, runs: [last] }: LiveDrill): string => last?.database ?? drill;

/** One row a database: how its last drill went. */
export function statusTable(drills: readonly LiveDrill[], now: Date): string {
  const columns: Column<LiveDrill>[] = [
    { title: "database", cell: nameOf },
    { title: "last drill", cell: resultOf },
    { title: "age", cell: ({ runs: [last] }) => (last ? ago(last.startedAt, now) : none) },
    { title: "RPO", cell: ({ runs: [last] }) => seconds(last?.dataLossSeconds) },
    { title: "RTO", cell: ({ runs: [last] }) => seconds(last?.recoverySeconds) },
    { title: "reason", cell: ({ runs: [last] }) => last?.reason ?? none },
  ];
  return table(columns, drills);
}

const runColumns: Column<Run>[] = [
  { title: "started (UTC)", cell: ({ startedAt }) => time(startedAt) },
  { title: "result", cell: ({ result, reason }) => (reason === null ? result : `${result}: ${reason}`) },
  { title: "moment", cell: ({ moment }) => moment ?? none },
  { title: "backup", cell: ({ backupId }) => backupId ?? none },
  { title: "RPO", cell: ({ dataLossSeconds }) => seconds(dataLossSeconds) },
  { title: "RTO", cell: ({ recoverySeconds }) => seconds(recoverySeconds) },
  { title: "base", cell: (run) => seconds(run.seconds.base) },
  { title: "replay", cell: (run) => seconds(run.seconds.replay) },
  { title: "size", cell: ({ databaseBytes }) => (databaseBytes === null ? none : shownBytes(databaseBytes)) },
];

/** The history of each database, newest first, in Markdown. */
export function historyReport(drills: readonly LiveDrill[], now: Date, plotName?: string): string {
  const plot = plotName === undefined ? [] : [`![RPO and RTO over time](${plotName})`];
  const parts = drills.map((drill) => {
    const rows = drill.runs.length === 0 ? "It has never run." : table(runColumns, drill.runs);
    return `## ${nameOf(drill)}\n\n${rows}`;
  });
  return ["# Restore drills", statusTable(drills, now), ...plot, ...parts].join("\n\n") + "\n";
}

/** The report of one run, for a terminal. */
export function runReport(run: Run): string {
  const checks = Object.entries(run.checks).map(
    ([name, { result, detail }]) => `  ${name}: ${result}${detail === null ? "" : ` (${detail})`}`,
  );
  const why = [run.reason, run.detail].filter((part) => part !== null).join(": ");
  return [
    `${run.database}: ${run.result}${why === "" ? "" : `: ${why}`}`,
    `backup ${run.backupId ?? none} of ${run.serverName ?? none}, to ${run.moment ?? none}`,
    `RPO ${seconds(run.dataLossSeconds)}, RTO ${seconds(run.recoverySeconds)} (base ${seconds(run.seconds.base)}, replay ${seconds(run.seconds.replay)})`,
    ...checks,
  ].join("\n");
}

/** RPO and RTO of each database over time. */
export function historyPlot(drills: readonly LiveDrill[]): TopLevelSpec {
  const values = drills.flatMap((drill) =>
    drill.runs.map(({ startedAt, dataLossSeconds, recoverySeconds }) => ({
      database: nameOf(drill),
      startedAt,
      dataLossSeconds,
      recoverySeconds,
    })),
  );
  const lines = (title: string, field: "dataLossSeconds" | "recoverySeconds") => ({
    title,
    width: 480,
    data: { values: values.filter((value) => value[field] !== null) },
    mark: { type: "line" as const, point: true },
    encoding: {
      x: { field: "startedAt", type: "temporal" as const, title: null },
      y: { field, type: "quantitative" as const, title: "seconds" },
      color: { field: "database", type: "nominal" as const },
    },
  });
  return {
    background: "white",
    vconcat: [lines("Data loss (RPO)", "dataLossSeconds"), lines("Time to recover (RTO)", "recoverySeconds")],
  };
}
