import type { BaseResult, RestoreResult, Results, WalResult } from "./results.ts";
import { copied, defaults, same } from "./settings.ts";

/** A claim of the project, and what was measured of it. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  /** The least, or with `atMost` the most, that it may be. */
  readonly goal: number;
  readonly atMost?: boolean;
}

export const isReached = ({ measured, goal, atMost }: Goal): boolean =>
  atMost === true ? measured <= goal : measured >= goal;

export function baseOf({ base }: Results, setting: BaseResult["setting"]): BaseResult {
  const found = base.find((result) => same(result.setting, setting));
  if (found === undefined) throw new RangeError(`not measured: ${JSON.stringify(setting)}`);
  return found;
}

export function restoreOf({ restore }: Results, setting: RestoreResult["setting"]): RestoreResult {
  const found = restore.find((result) => same(result.setting, setting));
  if (found === undefined) throw new RangeError(`not restored: ${JSON.stringify(setting)}`);
  return found;
}

export function walOf({ wal }: Results, setting: WalResult["setting"]): WalResult {
  const found = wal.find((result) => same(result.setting, setting));
  if (found === undefined) throw new RangeError(`not measured: ${JSON.stringify(setting)}`);
  return found;
}

/** How the bytes of the database went, compared with the same number of bytes in the raw loop. */
export const againstRawPut = (results: Results, { seconds }: BaseResult): number =>
  results.rawPutSeconds / seconds;

export function goals(results: Results): Goal[] {
  const base = baseOf(results, defaults.data);
  const wal = walOf(results, defaults.wal);
  const gzip = { ...copied.wal, parallel: defaults.wal.parallel };
  return [
    {
      what: "Base backup, against gzip with jobs 2",
      measured: baseOf(results, copied.data).seconds / base.seconds,
      goal: 12,
    },
    {
      what: "Base backup in database bytes, against the raw PUT",
      measured: againstRawPut(results, base),
      goal: 1,
    },
    {
      what: "WAL segments per second, against gzip as it is copied, 1 in parallel",
      measured: wal.segmentsPerSecond / walOf(results, copied.wal).segmentsPerSecond,
      goal: 2,
    },
    {
      what: "WAL segments per second, against gzip with as many in parallel",
      measured: wal.segmentsPerSecond / walOf(results, gzip).segmentsPerSecond,
      goal: 2,
    },
    {
      what: "Restore of the files, against the raw GET",
      measured: restoreOf(results, defaults.data).seconds / results.rawGetSeconds,
      goal: 1.5,
      atMost: true,
    },
  ];
}
