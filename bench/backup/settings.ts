import { databaseDefaults } from "../../components/internal.ts";

/** How the bench's database is backed up: what stands in an ObjectStore's `data`. */
export interface DataSetting {
  readonly compression: string;
  readonly jobs: number;
}

/** What stands in an ObjectStore's `wal`. */
export interface WalSetting {
  readonly compression: string;
  readonly parallel: number;
}

/** How much is measured. */
export interface Scale {
  /** pgbench's scale factor; 15 MB each. */
  readonly pgbenchScale: number;
  /** Rows of about 1 kB in the table of documents. */
  readonly documents: number;
  /** WAL segments of 16 MB that are archived at each setting. */
  readonly segments: number;
  /** How often each is measured; the median counts. */
  readonly runs: number;
  readonly data: readonly DataSetting[];
  readonly wal: readonly WalSetting[];
}

/** The component's defaults: `PostgresCluster`'s backup.dataCompression, jobs, walCompression and walParallelism. */
export const defaults = {
  data: { compression: databaseDefaults.dataCompression, jobs: databaseDefaults.jobs },
  wal: { compression: databaseDefaults.walCompression, parallel: databaseDefaults.walParallelism },
};

/** What homelabs copy from one another, and what the defaults are compared with. */
export const copied = {
  data: { compression: "gzip", jobs: 2 },
  wal: { compression: "gzip", parallel: 1 },
} as const;

const inParallel = [1, 2, 4] as const;

/** About 1.4 GB. Gzip's uploads wait for its compression whatever their number, so one number of them is enough. */
export const full: Scale = {
  pgbenchScale: 70,
  documents: 260_000,
  segments: 12,
  runs: 3,
  data: [
    copied.data,
    ...["none", "snappy", "lz4"].flatMap((compression) => inParallel.map((jobs) => ({ compression, jobs }))),
  ],
  wal: ["none", "gzip", "snappy", "lz4", "zstd"].flatMap((compression) =>
    inParallel.map((parallel) => ({ compression, parallel })),
  ),
};

/** To see that all of it works, in a few minutes; its figures mean little. */
export const quick: Scale = {
  pgbenchScale: 2,
  documents: 10_000,
  segments: 4,
  runs: 1,
  data: [copied.data, defaults.data],
  wal: [copied.wal, { ...copied.wal, parallel: defaults.wal.parallel }, defaults.wal],
};

export const same = <T extends object>(a: T, b: T): boolean => JSON.stringify(a) === JSON.stringify(b);

export const dataName = ({ compression, jobs }: DataSetting): string => `${compression}, jobs ${jobs}`;
export const walName = ({ compression, parallel }: WalSetting): string =>
  `${compression}, ${parallel} in parallel`;

/** Of each compression one backup is restored, for how many uploads made it is no matter then. */
export const isRestored = ({ jobs }: DataSetting): boolean => jobs === defaults.data.jobs;

/** The options that CloudNativePG passes on for a compression. */
export const compressionOption = (compression: string): string[] =>
  compression === "none" ? [] : [`--${compression}`];
