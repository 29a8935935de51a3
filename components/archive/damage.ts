import type { Archive } from "./archive.ts";
import { chosenBackup } from "./backup-choice.ts";
import { type EndedBackup, hasEnded } from "./base-backup.ts";
import { type RecoveryTarget, clockToleranceMs } from "./recovery-problem.ts";
import { type ExpectedSegment, sizeProblem } from "./segment-check.ts";
import type { SegmentList } from "./segments.ts";
import { parseTime } from "./units.ts";
import { walChain } from "./wal-chain.ts";
import { type DamagedSegment, type WalSegment, lsnBytes, segmentNameAt } from "./wal-segment.ts";

/** The archive, where these segments are known to be damaged. */
export function withDamage(archive: Archive, damaged: readonly DamagedSegment[]): Archive {
  if (damaged.length === 0) return archive;
  const sound = (isPartial: boolean): ((segment: WalSegment) => boolean) => {
    const names = new Set(damaged.filter((one) => one.isPartial === isPartial).map(({ name }) => name));
    return ({ name }) => !names.has(name);
  };
  return {
    ...archive,
    segments: archive.segments.filter(sound(false)),
    partialSegments: archive.partialSegments.filter(sound(true)),
    damaged: [...archive.damaged, ...damaged],
  };
}

/** Of a segment that is not packed, the size of the object tells whether it is whole. */
export function withoutWrongSizes(archive: Archive): Archive {
  const expected = expectedIn(archive);
  const wrong = (segments: SegmentList, isPartial: boolean): DamagedSegment[] => {
    const reason = (segment: WalSegment) => sizeProblem(segment.bytes, expected(segment, isPartial));
    const found = segments.filter((segment) => reason(segment) !== undefined);
    return Array.from(found, (segment) => ({ ...segment, isPartial, reason: reason(segment) ?? "" }));
  };
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

/** The segments that a recovery needs, in the order in which to look at them. */
export type NeededSegments = Pick<SegmentList, "length" | typeof Symbol.iterator>;

/**
 * The newest one first, for it is the one that was being written when something broke, and then from the base backup on.
 */
export function neededSegments(archive: Archive, target: RecoveryTarget = {}): NeededSegments {
  const targetTime = target.targetTime === undefined ? undefined : parseTime(target.targetTime);
  const backup = chosenBackup(archive, targetTime, target.backupId);
  if (typeof backup === "string") return [];
  const { replayed } = walChain(archive, backup);
  const needed =
    targetTime === undefined ? replayed : replayed.slice(0, enoughFor(targetTime, backup, replayed));
  return {
    length: needed.length,
    *[Symbol.iterator]() {
      yield* needed.slice(-1);
      yield* needed.slice(0, -1);
    },
  };
}

/** How many of the segments from a base backup on lead to a time: all of them, if none was archived later. */
function enoughFor(targetTime: Date, backup: EndedBackup, replayed: SegmentList): number {
  let count = 0;
  for (const { name, archivedAt } of replayed) {
    count += 1;
    const isLater = archivedAt.getTime() > targetTime.getTime() + clockToleranceMs;
    if (isLater && name >= backup.extent.endWal) break;
  }
  return count;
}
