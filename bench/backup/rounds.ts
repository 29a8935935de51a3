import { say } from "../shared/progress.ts";
import { median, spread } from "../shared/statistics.ts";
import { type Transfer, archive, baseBackup, fetchWal, prefixes, restore } from "./barman.ts";
import { currentSegment, finishedSegments, removeRestored, startRestored } from "./database.ts";
import type { Usage } from "./measure.ts";
import type { Peaks } from "./peaks.ts";
import type { BaseResult, RestoreResult, WalResult } from "./results.ts";
import {
  type DataSetting,
  type Scale,
  type WalSetting,
  dataName,
  defaults,
  isRestored,
  same,
  walName,
} from "./settings.ts";
import { rawGet, rawPut, remove, removeRaw } from "./store.ts";

/** What every round found, by setting. */
export interface Rounds {
  readonly rawPut: number[];
  readonly rawGet: number[];
  readonly base: Map<string, Transfer[]>;
  readonly restore: Map<string, Usage[]>;
  readonly startSeconds: number[];
  readonly archived: Map<string, Transfer[]>;
  readonly fetched: Map<string, Usage[]>;
}

export const noRounds = (): Rounds => ({
  rawPut: [],
  rawGet: [],
  base: new Map(),
  restore: new Map(),
  startSeconds: [],
  archived: new Map(),
  fetched: new Map(),
});

function note<T>(found: Map<string, T[]>, name: string, value: T): void {
  found.set(name, [...(found.get(name) ?? []), value]);
}

/** Everything once, so that a machine that slows down slows all of it. */
export async function round(
  scale: Scale,
  databaseBytes: number,
  segments: readonly string[],
  rounds: Rounds,
): Promise<void> {
  say("raw loop");
  rounds.rawPut.push(await rawPut(databaseBytes));
  rounds.rawGet.push(await rawGet(databaseBytes));
  await removeRaw();
  for (const setting of scale.data) await baseRound(setting, rounds);
  for (const setting of scale.wal) await walRound(setting, segments, rounds);
}

async function baseRound(setting: DataSetting, rounds: Rounds): Promise<void> {
  say(`base backup: ${dataName(setting)}`);
  const from = await currentSegment();
  note(rounds.base, dataName(setting), await baseBackup(setting));
  if (isRestored(setting)) await restoreRound(setting, from, rounds);
  await remove(prefixes.base);
}

/** What a recovery does: the files of the backup, then PostgreSQL with the WAL that was written meanwhile. */
async function restoreRound(setting: DataSetting, from: string, rounds: Rounds): Promise<void> {
  say(`restore: ${dataName(setting)}`);
  note(rounds.restore, dataName(setting), await restore(setting));
  if (same(setting, defaults.data)) {
    await archive({ compression: "none", parallel: 2 }, await finishedSegments(from));
    rounds.startSeconds.push(await startRestored());
    await remove(prefixes.wal);
  }
  await removeRestored();
}

async function walRound(setting: WalSetting, segments: readonly string[], rounds: Rounds): Promise<void> {
  say(`WAL: ${walName(setting)}`);
  note(rounds.archived, walName(setting), await archive(setting, segments));
  note(rounds.fetched, walName(setting), await fetchWal(setting, segments));
  await remove(prefixes.wal);
}

const medianOf = <T>(found: readonly T[], value: (each: T) => number): number => median(found.map(value));

export function baseResult(setting: DataSetting, rounds: Rounds, peaks: Peaks): BaseResult {
  const found = rounds.base.get(dataName(setting)) ?? [];
  return {
    setting,
    seconds: medianOf(found, ({ seconds }) => seconds),
    spread: spread(found.map(({ seconds }) => seconds)),
    cpuSeconds: medianOf(found, ({ cpuSeconds }) => cpuSeconds),
    storedBytes: medianOf(found, ({ storedBytes }) => storedBytes),
    peakBytes: peaks.get(dataName(setting)) ?? 0,
  };
}

export function restoreResult(setting: DataSetting, rounds: Rounds, peaks: Peaks): RestoreResult {
  const found = rounds.restore.get(dataName(setting)) ?? [];
  return {
    setting,
    seconds: medianOf(found, ({ seconds }) => seconds),
    spread: spread(found.map(({ seconds }) => seconds)),
    cpuSeconds: medianOf(found, ({ cpuSeconds }) => cpuSeconds),
    peakBytes: peaks.get(`restore: ${dataName(setting)}`) ?? 0,
  };
}

export function walResult(setting: WalSetting, rounds: Rounds, peaks: Peaks, segments: number): WalResult {
  const archived = rounds.archived.get(walName(setting)) ?? [];
  const fetched = rounds.fetched.get(walName(setting)) ?? [];
  return {
    setting,
    segmentsPerSecond: medianOf(archived, ({ seconds }) => segments / seconds),
    spread: spread(archived.map(({ seconds }) => seconds)),
    cpuSecondsPerSegment: medianOf(archived, ({ cpuSeconds }) => cpuSeconds / segments),
    storedBytesPerSegment: medianOf(archived, ({ storedBytes }) => storedBytes / segments),
    restoredPerSecond: medianOf(fetched, ({ seconds }) => segments / seconds),
    peakBytes: peaks.get(walName(setting)) ?? 0,
  };
}
