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

/** What was measured with a setting. Throws where it was not measured, as no claim goes by a guess. */
export function measuredWith<Result extends BaseResult | RestoreResult | WalResult>(
  results: readonly Result[],
  setting: Result["setting"],
): Result {
  const found = results.find((result) => same(result.setting, setting));
  if (found === undefined) throw new RangeError(`not measured: ${JSON.stringify(setting)}`);
  return found;
}

/** How the bytes of the database went, compared with the same number of bytes in the raw loop. */
export const againstRawPut = (results: Results, { seconds }: BaseResult): number =>
  results.rawPutSeconds / seconds;

export function goals(results: Results): Goal[] {
  const base = measuredWith(results.base, defaults.data);
  const wal = measuredWith(results.wal, defaults.wal);
  const gzip = { ...copied.wal, parallel: defaults.wal.parallel };
  return [
    {
      what: "Base backup, against gzip with jobs 2",
      measured: measuredWith(results.base, copied.data).seconds / base.seconds,
      goal: 12,
    },
    {
      what: "Base backup in database bytes, against the raw PUT",
      measured: againstRawPut(results, base),
      goal: 1,
    },
    {
      what: "WAL segments per second, against gzip as it is copied, 1 in parallel",
      measured: wal.segmentsPerSecond / measuredWith(results.wal, copied.wal).segmentsPerSecond,
      goal: 2,
    },
    {
      what: "WAL segments per second, against gzip with as many in parallel",
      measured: wal.segmentsPerSecond / measuredWith(results.wal, gzip).segmentsPerSecond,
      goal: 2,
    },
    {
      what: "Restore of the files, against the raw GET",
      measured: measuredWith(results.restore, defaults.data).seconds / results.rawGetSeconds,
      goal: 1.5,
      atMost: true,
    },
  ];
}
