import type { TopLevelSpec } from "vega-lite";
import { type Column, table } from "../../report/markdown.ts";
import { digits, percent } from "../shared/statistics.ts";
import { type Goal, againstRawPut, goals, isReached, measuredWith } from "./goals.ts";
import type {
  BaseResult,
  RestoreResult,
  Results,
  SegmentSizeResult,
  StartResult,
  WalResult,
} from "./results.ts";
import { copied, dataName, defaults, same, walName } from "./settings.ts";

const mb = (bytes: number): string => digits(bytes / 1e6);
const mib = (bytes: number): string => (bytes === 0 ? "–" : String(Math.ceil(bytes / 1024 ** 2)));

const goalColumns: Column<Goal>[] = [
  { title: "", cell: ({ what }) => what },
  { title: "measured", cell: ({ measured }) => `${digits(measured)} ×` },
  { title: "goal", cell: ({ goal, atMost }) => `${atMost === true ? "at most" : "at least"} ${goal} ×` },
  { title: "reached", cell: (goal) => (isReached(goal) ? "yes" : "no") },
];

const baseColumns = (results: Results): Column<BaseResult>[] => [
  {
    title: "base backup",
    cell: ({ setting }) => named(dataName(setting), same(setting, defaults.data)),
  },
  { title: "s", cell: ({ seconds }) => digits(seconds) },
  { title: "spread", cell: ({ spread }) => percent(spread) },
  { title: "CPU s", cell: ({ cpuSeconds }) => digits(cpuSeconds) },
  { title: "stored MB", cell: ({ storedBytes }) => mb(storedBytes) },
  { title: "memory MiB", cell: ({ peakBytes }) => mib(peakBytes) },
  {
    title: `against ${dataName(copied.data)}`,
    cell: ({ seconds }) => `${digits(measuredWith(results.base, copied.data).seconds / seconds)} ×`,
  },
  { title: "against raw PUT", cell: (result) => `${digits(againstRawPut(results, result))} ×` },
];

const restoreColumns = ({ rawGetSeconds }: Results): Column<RestoreResult>[] => [
  {
    title: "restore",
    cell: ({ setting }) => named(setting.compression, same(setting, defaults.data)),
  },
  { title: "s", cell: ({ seconds }) => digits(seconds) },
  { title: "spread", cell: ({ spread }) => percent(spread) },
  { title: "CPU s", cell: ({ cpuSeconds }) => digits(cpuSeconds) },
  { title: "memory MiB", cell: ({ peakBytes }) => mib(peakBytes) },
  { title: "against raw GET", cell: ({ seconds }) => `${digits(seconds / rawGetSeconds)} ×` },
];

const walColumns = (results: Results): Column<WalResult>[] => [
  { title: "WAL", cell: ({ setting }) => named(walName(setting), same(setting, defaults.wal)) },
  { title: "segments/s", cell: ({ segmentsPerSecond }) => digits(segmentsPerSecond) },
  { title: "spread", cell: ({ spread }) => percent(spread) },
  { title: "CPU s each", cell: ({ cpuSecondsPerSegment }) => digits(cpuSecondsPerSegment) },
  { title: "stored MB each", cell: ({ storedBytesPerSegment }) => mb(storedBytesPerSegment) },
  { title: "memory MiB", cell: ({ peakBytes }) => mib(peakBytes) },
  {
    title: `against ${walName(copied.wal)}`,
    cell: ({ segmentsPerSecond }) =>
      `${digits(segmentsPerSecond / measuredWith(results.wal, copied.wal).segmentsPerSecond)} ×`,
  },
  { title: "restored/s", cell: ({ restoredPerSecond }) => digits(restoredPerSecond) },
];

const startColumns = (results: Results): Column<StartResult>[] => [
  {
    title: "environment",
    cell: ({ environment }) =>
      Object.entries(environment)
        .map(([name, value]) => `\`${name}=${value}\``)
        .join(" ") || "as the component sets it",
  },
  { title: "s", cell: ({ secondsPerSegment }) => digits(secondsPerSegment) },
  { title: "CPU s", cell: ({ cpuSecondsPerSegment }) => digits(cpuSecondsPerSegment) },
  {
    title: "against the first",
    cell: ({ secondsPerSegment }) =>
      `${digits(secondsPerSegment / (results.starts[0]?.secondsPerSegment ?? Number.NaN))} ×`,
  },
];

const sizeColumns = (results: Results): Column<SegmentSizeResult>[] => [
  { title: "segment", cell: ({ megabytes }) => `${megabytes} MB` },
  { title: "MB of WAL/s", cell: ({ megabytesPerSecond }) => digits(megabytesPerSecond) },
  {
    title: "against 16 MB",
    cell: ({ megabytesPerSecond }) =>
      `${digits(megabytesPerSecond / (results.segmentSizes[0]?.megabytesPerSecond ?? Number.NaN))} ×`,
  },
];

const named = (name: string, isDefault: boolean): string => (isDefault ? `**${name}** (default)` : name);

export const plotFile = "backup-speed.svg";

/** The page docs/backup-speed.md. */
export function backupReport(results: Results): string {
  const { databaseBytes, rawPutSeconds, rawGetSeconds } = results;
  const rate = (seconds: number): string => digits(databaseBytes / 1e6 / seconds);
  return `# How fast backups are

Measured by \`npm run bench -- backup\` on the lab: ${results.versions}, through Ceph's object gateway, all on one
machine: ${results.machine}. The database has ${mb(databaseBytes)} MB: pgbench's tables and a table of documents. Figures
are medians of ${results.runs} ${results.runs === 1 ? "run" : "runs"}; each run measures every setting and the raw loop once, so that the ratios hold where
seconds do not. Spread is (slowest − fastest) / median. Memory is the most that all processes of barman-cloud held
at once. What compresses better or worse than these data gives other figures.

The raw loop moves as many bytes as the database has, by the same S3 client in two threads and parts of 64 MiB: PUT
${digits(rawPutSeconds)} s (${rate(rawPutSeconds)} MB/s), GET ${digits(rawGetSeconds)} s (${rate(rawGetSeconds)} MB/s).

${table(goalColumns, goals(results))}

![Speed against gzip](${plotFile})

## Base backup

${table(baseColumns(results), results.base)}

Compression is one thread's work; \`jobs\` are uploads beside it.

## Restore

Of the files; then it takes ${digits(results.startSeconds)} s until PostgreSQL answers, its WAL fetched from the store.

${table(restoreColumns(results), results.restore)}

One process of Python fetches and unpacks, whatever the compression: its CPU is nearly all of the time. The raw GET
has two threads, and throws away what it gets.

## WAL

Segments of 16 MB, written by pgbench.

${table(walColumns(results), results.wal)}

Each segment is a process of its own, for that is how CloudNativePG calls barman-cloud. Its start is most of the time:
a segment of no bytes takes

${table(startColumns(results), results.starts)}

The same WAL in larger segments (\`bootstrap.initdb.walSegmentSize\`, for a new cluster only), ${walName(defaults.wal)}:

${table(sizeColumns(results), results.segmentSizes)}
`;
}

/** Bars of each setting's speed against what homelabs copy. */
export function backupPlot(results: Results): TopLevelSpec {
  const base = results.base.map(({ setting, seconds }) => ({
    setting: dataName(setting),
    times: measuredWith(results.base, copied.data).seconds / seconds,
    isDefault: same(setting, defaults.data),
  }));
  const wal = results.wal.map(({ setting, segmentsPerSecond }) => ({
    setting: walName(setting),
    times: segmentsPerSecond / measuredWith(results.wal, copied.wal).segmentsPerSecond,
    isDefault: same(setting, defaults.wal),
  }));
  const bars = (title: string, values: typeof base) => ({
    title,
    width: 420,
    data: { values },
    encoding: {
      y: { field: "setting", type: "nominal" as const, sort: null, title: null },
      x: { field: "times", type: "quantitative" as const, title: "times as fast as gzip" },
    },
    layer: [
      {
        mark: "bar" as const,
        encoding: {
          color: {
            condition: { test: "datum.isDefault", value: "#2f6f9f" },
            value: "#b8c4cf",
          },
        },
      },
      {
        mark: { type: "text" as const, align: "left" as const, dx: 4 },
        encoding: { text: { field: "times", type: "quantitative" as const, format: ".3~r" } },
      },
    ],
  });
  return {
    background: "white",
    vconcat: [
      bars(`Base backup (default dark), ${dataName(copied.data)} = 1`, base),
      bars(`WAL segments per second (default dark), ${walName(copied.wal)} = 1`, wal),
    ],
  };
}
