import type { BarmanTuning } from "../archive/barman.ts";

/** Measured, see docs/backup-speed.md: what two cores archive and restore fastest. */
export const defaultTuning: BarmanTuning = {
  dataCompression: "snappy",
  walCompression: "zstd",
  jobs: 2,
  walParallelism: 2,
};

/** What a database is where its arguments do not say; the docstrings in args.ts name these, and a test compares them. */
export const defaults = {
  instances: 3,
  database: "app",
  method: "plugin",
  retention: "14d",
  ...defaultTuning,
  timeoutSeconds: 1800,
};

/** Whether the Barman Cloud plugin backs a database up, by `backup.method`. */
export const usesPlugin = (method: string | undefined): boolean => (method ?? defaults.method) === "plugin";
