import type { Archive } from "./archive.ts";
import type { EndedBackup } from "./base-backup.ts";
import { type SegmentList, packedSegments } from "./segments.ts";
import { timelinePath } from "./timelines.ts";
import type { Stretch, TimelinePath } from "./timelines.ts";
import { lsnBytes, positionOf, segmentNameAt } from "./wal-segment.ts";
import type { WalSegment } from "./wal-segment.ts";

/** The WAL that a recovery to the latest point replays, from the start of a base backup on. */
export interface WalChain {
  path: TimelinePath;

  /** The segments that are replayed, up to the first gap. */
  replayed: SegmentList;

  /** The last segment before the first gap. */
  reached: WalSegment | undefined;

  /** When the last WAL before the first gap was archived: no transaction that can be restored is newer. */
  reachedAt: Date | undefined;
  gaps: WalGap[];
}

/** Segments that are missing where later ones exist, or one that is damaged. */
export interface WalGap {
  /** Name of the first one that is missing, and of the last. */
  first: string;
  last: string;
  count: number;

  /** What comes after what is missing. */
  next?: WalSegment;

  /** What is wrong with the one that is damaged. */
  damage?: string;
}

interface Link {
  number: number;
  segment: WalSegment;
  damage?: string;
}

export function walChain(archive: Archive, backup: EndedBackup): WalChain {
  const path = timelinePath(archive, backup);
  const { sound, links } = wayOf(archive, backup, path.stretches);
  const begin = numberOf(backup.extent.beginWal, backup) ?? 0;
  const nameOf = (number: number): string => nameAt(number, path.stretches, backup);
  const gaps: WalGap[] = [];
  let [count, expected, reachedCount]: [number, number, number | undefined] = [0, begin, undefined];
  for (const link of links) {
    if (link.number > begin + count || link.damage !== undefined) reachedCount ??= count;
    gaps.push(...gapsAt(link, expected, nameOf));
    count += 1;
    expected = link.number + 1;
  }
  const replayed = sound.slice(0, reachedCount ?? count);
  const last = replayed.at(-1);
  // A timeline that was left may have more of the segment in which it was left.
  const ending = filesAt(begin + replayed.length, archive, backup, path.stretches);
  return {
    path,
    replayed,
    reached: last,
    reachedAt: latest([...(last ? [last] : []), ...ending].map(({ archivedAt }) => archivedAt)),
    gaps,
  };
}

/** The archived segments from the start of a base backup on, of the timelines that lead on from it, gaps or not. */
export function segmentsOnTheWay(archive: Archive, backup: EndedBackup): SegmentList {
  const { sound, hasDamage, links } = wayOf(archive, backup, timelinePath(archive, backup).stretches);
  return hasDamage ? packedSegments(segmentsOf(links)) : sound;
}

function* segmentsOf(links: Iterable<Link>): Generator<WalSegment> {
  for (const { segment } of links) yield segment;
}

/** Of a segment that several timelines have, the newest one's counts: it holds what the older ones have in common. */
function wayOf(
  archive: Archive,
  backup: EndedBackup,
  stretches: Stretch[],
): { sound: SegmentList; hasDamage: boolean; links: Iterable<Link> } {
  const begin = numberOf(backup.extent.beginWal, backup) ?? 0;
  const numberOnTheWay = ({ name }: WalSegment): number | undefined => {
    const position = positionOf(name, backup.walSegmentBytes);
    if (position === undefined || position.number < begin) return undefined;
    return position.timeline === timelineAt(position.number, stretches) ? position.number : undefined;
  };
  const sound = ascending(archive.segments, numberOnTheWay);
  const damaged = archive.damaged
    .filter(({ isPartial }) => !isPartial)
    .flatMap((segment) => {
      const number = numberOnTheWay(segment);
      return number === undefined ? [] : [{ number, segment, damage: segment.reason }];
    })
    .sort((a, b) => a.number - b.number);
  const links = linksOf(sound, (segment) => numberOnTheWay(segment) ?? 0, damaged);
  return { sound, hasDamage: damaged.length > 0, links };
}

/** Those that have a number, by it. By name they are in this order, but for timelines that begin before their parent ends. */
function ascending(
  segments: SegmentList,
  numberOf: (segment: WalSegment) => number | undefined,
): SegmentList {
  let [last, isAscending] = [0, true];
  const found = segments.filter((segment) => {
    const number = numberOf(segment);
    if (number === undefined) return false;
    isAscending &&= number >= last;
    last = number;
    return true;
  });
  if (isAscending) return found;
  const numbered = Array.from(found, (segment) => ({ segment, number: numberOf(segment) ?? 0 }));
  return numbered.sort((a, b) => a.number - b.number).map(({ segment }) => segment);
}

/** One after the other, so that no more than one of them is in memory. */
function* linksOf(
  sound: SegmentList,
  numberOf: (segment: WalSegment) => number,
  damaged: readonly Link[],
): Generator<Link> {
  const rest = [...damaged];
  for (const segment of sound) {
    const number = numberOf(segment);
    while (rest[0] !== undefined && rest[0].number < number) yield* rest.splice(0, 1);
    yield { number, segment };
  }
  yield* rest;
}

/** What is missing before a link, and what is wrong with itself. */
function gapsAt(
  { number, segment, damage }: Link,
  expected: number,
  nameOf: (number: number) => string,
): WalGap[] {
  const missing = (): WalGap => ({
    first: nameOf(expected),
    last: nameOf(number - 1),
    count: number - expected,
    next: segment,
  });
  return [
    ...(number === expected ? [] : [missing()]),
    ...(damage === undefined ? [] : [{ first: segment.name, last: segment.name, count: 1, damage }]),
  ];
}

/** Name of a segment that the backup cannot do without, and of which the archive has no copy on any timeline. */
export function missingOwnWal(archive: Archive, backup: EndedBackup): string | undefined {
  const { beginWal, endLsn, timeline } = backup.extent;
  // A backup of a standby may end just where a segment ends: then the next one, its endWal, is not needed.
  const end = Math.ceil(lsnBytes(endLsn) / backup.walSegmentBytes);
  let number = numberOf(beginWal, backup) ?? end;
  const begin = number;
  const archived = new Set<number>();
  let hasBegin = false;
  for (const files of [archive.segments, archive.partialSegments]) {
    for (const { name } of files) {
      hasBegin ||= name === beginWal;
      const archivedNumber = numberOf(name, backup) ?? -1;
      if (archivedNumber >= begin && archivedNumber < end) archived.add(archivedNumber);
    }
  }
  // CloudNativePG asks for this very file before it restores anything.
  if (!hasBegin) return beginWal;
  while (number < end && archived.has(number)) number++;
  return number < end ? segmentNameAt({ timeline, number }, backup.walSegmentBytes) : undefined;
}

/** Copies of a segment on the timelines of the path, whole or partial. */
function filesAt(number: number, archive: Archive, backup: EndedBackup, stretches: Stretch[]): WalSegment[] {
  const timelines = new Set(stretches.map(({ timeline }) => timeline));
  const isCopy = ({ name }: WalSegment): boolean => {
    const position = positionOf(name, backup.walSegmentBytes);
    return position?.number === number && timelines.has(position.timeline);
  };
  return [...archive.segments.filter(isCopy), ...archive.partialSegments.filter(isCopy)];
}

function timelineAt(number: number, stretches: Stretch[]): number | undefined {
  return stretches.findLast(({ from }) => from <= number)?.timeline;
}

function nameAt(number: number, stretches: Stretch[], backup: EndedBackup): string {
  const timeline = timelineAt(number, stretches) ?? backup.extent.timeline;
  return segmentNameAt({ timeline, number }, backup.walSegmentBytes);
}

function numberOf(name: string, backup: EndedBackup): number | undefined {
  return positionOf(name, backup.walSegmentBytes)?.number;
}

function latest(times: Date[]): Date | undefined {
  return times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())));
}
