import type { Archive } from "./archive.ts";
import { chosenBackup } from "./backup-choice.ts";
import { hasEnded } from "./base-backup.ts";
import { type RecoveryTarget, clockToleranceMs } from "./recovery-problem.ts";
import { type ExpectedSegment, sizeProblem } from "./segment-check.ts";
import { parseTime } from "./units.ts";
import { walChain } from "./wal-chain.ts";
import { type DamagedSegment, type WalSegment, lsnBytes, segmentNameAt } from "./wal-segment.ts";

/** The archive, where these segments are known to be damaged. */
export function withDamage(archive: Archive, damaged: readonly DamagedSegment[]): Archive {
  if (damaged.length === 0) return archive;
  const without = (segments: WalSegment[], isPartial: boolean): WalSegment[] => {
    const names = new Set(damaged.filter((one) => one.isPartial === isPartial).map(({ name }) => name));
    return segments.filter(({ name }) => !names.has(name));
  };
  return {
    ...archive,
    segments: without(archive.segments, false),
    partialSegments: without(archive.partialSegments, true),
    damaged: [...archive.damaged, ...damaged],
  };
}

/** Of a segment that is not packed, the size of the object tells whether it is whole. */
export function withoutWrongSizes(archive: Archive): Archive {
  const expected = expectedIn(archive);
  const wrong = (segments: WalSegment[], isPartial: boolean): DamagedSegment[] =>
    segments.flatMap((segment) => {
      const reason = sizeProblem(segment.bytes, expected(segment, isPartial));
      return reason === undefined ? [] : [{ ...segment, isPartial, reason }];
    });
  return withDamage(archive, [...wrong(archive.segments, false), ...wrong(archive.partialSegments, true)]);
}

/** What the base backups and history files of an archive tell of its segments. */
export function expectedIn({
  backups,
  histories,
}: Pick<Archive, "backups" | "histories">): (segment: WalSegment, isPartial?: boolean) => ExpectedSegment {
  const ended = backups.filter(hasEnded);
  // Backups of several databases in one place are told of elsewhere.
  const segmentBytes = only(ended.map(({ walSegmentBytes }) => walSegmentBytes));
  const systemId = only(ended.map((backup) => backup.systemId));
  const ancestors = histories.flatMap((history) => history.ancestors ?? []);
  const left = new Set(
    segmentBytes === undefined
      ? []
      : ancestors.map(({ timeline, switchPoint }) =>
          segmentNameAt({ timeline, number: Math.floor(lsnBytes(switchPoint) / segmentBytes) }, segmentBytes),
        ),
  );
  return ({ name, packing }, isPartial = false) => ({
    name,
    packing,
    segmentBytes,
    systemId,
    isLeft: isPartial || left.has(name),
  });
}

function only<T>(values: T[]): T | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

/**
 * The segments that a recovery needs, in the order in which to look at them: the newest one, for it is the one that was
 * being written when something broke, and then from the base backup on.
 */
export function neededSegments(archive: Archive, target: RecoveryTarget = {}): WalSegment[] {
  const targetTime = target.targetTime === undefined ? undefined : parseTime(target.targetTime);
  const backup = chosenBackup(archive, targetTime, target.backupId);
  if (typeof backup === "string") return [];
  const { replayed } = walChain(archive, backup);
  const enough = replayed.findIndex(
    ({ name, archivedAt }) =>
      targetTime !== undefined &&
      name >= backup.extent.endWal &&
      archivedAt.getTime() > targetTime.getTime() + clockToleranceMs,
  );
  const needed = enough === -1 ? replayed : replayed.slice(0, enough + 1);
  return [...needed.slice(-1), ...needed.slice(0, -1)];
}
