import type { DataSetting, WalSetting } from "./settings.ts";

/** What a run of the bench found: medians, and nothing that depends on how it is shown. */
export interface Results {
  readonly machine: string;
  /** Names and versions of what was measured. */
  readonly versions: string;
  readonly runs: number;
  /** Of all files that a base backup holds. */
  readonly databaseBytes: number;
  readonly rawPutSeconds: number;
  readonly rawGetSeconds: number;
  readonly base: readonly BaseResult[];
  /** One of each compression, the default's among them. */
  readonly restore: readonly RestoreResult[];
  /** From PostgreSQL's start on the default's restored files until it answers. */
  readonly startSeconds: number;
  readonly wal: readonly WalResult[];
  /** Archiving a segment of nothing: what the start of the process costs. */
  readonly starts: readonly StartResult[];
  /** Archiving at the default setting, by the size of the segments. */
  readonly segmentSizes: readonly SegmentSizeResult[];
}

export interface BaseResult {
  readonly setting: DataSetting;
  readonly seconds: number;
  /** (slowest − fastest) / median of the runs; undefined with one run. */
  readonly spread: number | undefined;
  readonly cpuSeconds: number;
  readonly storedBytes: number;
  readonly peakBytes: number;
}

export interface RestoreResult {
  readonly setting: DataSetting;
  readonly seconds: number;
  /** As that of a base backup. */
  readonly spread: number | undefined;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

export interface WalResult {
  readonly setting: WalSetting;
  readonly segmentsPerSecond: number;
  readonly spread: number | undefined;
  readonly cpuSecondsPerSegment: number;
  readonly storedBytesPerSegment: number;
  readonly restoredPerSecond: number;
  readonly peakBytes: number;
}

export interface StartResult {
  /** What is set for barman-cloud's environment; none: as the component sets it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secondsPerSegment: number;
  readonly cpuSecondsPerSegment: number;
}

export interface SegmentSizeResult {
  readonly megabytes: number;
  /** Of WAL, before compression. */
  readonly megabytesPerSecond: number;
}
