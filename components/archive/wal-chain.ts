import type { Archive } from "./archive.ts";
import type { EndedBackup } from "./base-backup.ts";
import { timelinePath } from "./timelines.ts";
import type { Stretch, TimelinePath } from "./timelines.ts";
import { lsnBytes, positionOf, segmentNameAt } from "./wal-segment.ts";
import type { WalSegment } from "./wal-segment.ts";

/** The WAL that a recovery to the latest point replays, from the start of a base backup on. */
export interface WalChain {
  path: TimelinePath;

  /** The segments that are replayed, up to the first gap. */
  replayed: WalSegment[];

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
  const links = linksOf(archive, backup, path.stretches);
  const begin = numberOf(backup.extent.beginWal, backup) ?? 0;
  const end = links.findIndex(({ number, damage }, index) => number > begin + index || damage !== undefined);
  const reached = end === -1 ? links : links.slice(0, end);
  const last = reached.at(-1)?.segment;
  // A timeline that was left may have more of the segment in which it was left.
  const ending = filesAt(begin + reached.length, archive, backup, path.stretches);
  return {
    path,
    replayed: reached.map(({ segment }) => segment),
    reached: last,
    reachedAt: latest([...(last ? [last] : []), ...ending].map(({ archivedAt }) => archivedAt)),
    gaps: gapsIn(links, begin, (number) => nameAt(number, path.stretches, backup)),
  };
}

/** The archived segments from the start of a base backup on, of the timelines that lead on from it, gaps or not. */
export function segmentsOnTheWay(archive: Archive, backup: EndedBackup): WalSegment[] {
  return linksOf(archive, backup, timelinePath(archive, backup).stretches).map(({ segment }) => segment);
}

/** Of a segment that several timelines have, the newest one's counts: it holds what the older ones have in common. */
function linksOf(archive: Archive, backup: EndedBackup, stretches: Stretch[]): Link[] {
  const begin = numberOf(backup.extent.beginWal, backup) ?? 0;
  const linkOf = (segment: WalSegment): Link[] => {
    const position = positionOf(segment.name, backup.walSegmentBytes);
    if (position === undefined || position.number < begin) return [];
    const { number, timeline } = position;
    return timeline === timelineAt(number, stretches) ? [{ number, segment }] : [];
  };
  const damaged = archive.damaged
    .filter(({ isPartial }) => !isPartial)
    .flatMap((segment) => linkOf(segment).map((link) => ({ ...link, damage: segment.reason })));
  return [...archive.segments.flatMap(linkOf), ...damaged].sort((a, b) => a.number - b.number);
}

function gapsIn(links: Link[], begin: number, name: (number: number) => string): WalGap[] {
  return links.flatMap(({ number, segment, damage }, index) => {
    const expected = (links[index - 1]?.number ?? begin - 1) + 1;
    const missing = {
      first: name(expected),
      last: name(number - 1),
      count: number - expected,
      next: segment,
    };
    return [
      ...(number === expected ? [] : [missing]),
      ...(damage === undefined ? [] : [{ first: segment.name, last: segment.name, count: 1, damage }]),
    ];
  });
}

/** Name of a segment that the backup cannot do without, and of which the archive has no copy on any timeline. */
export function missingOwnWal(archive: Archive, backup: EndedBackup): string | undefined {
  const { beginWal, endLsn, timeline } = backup.extent;
  const files = [...archive.segments, ...archive.partialSegments];
  // CloudNativePG asks for this very file before it restores anything.
  if (!files.some(({ name }) => name === beginWal)) return beginWal;
  const archived = new Set(files.map(({ name }) => numberOf(name, backup)));
  // A backup of a standby may end just where a segment ends: then the next one, its endWal, is not needed.
  const end = Math.ceil(lsnBytes(endLsn) / backup.walSegmentBytes);
  let number = numberOf(beginWal, backup) ?? end;
  while (number < end && archived.has(number)) number++;
  return number < end ? segmentNameAt({ timeline, number }, backup.walSegmentBytes) : undefined;
}

/** Copies of a segment on the timelines of the path, whole or partial. */
function filesAt(number: number, archive: Archive, backup: EndedBackup, stretches: Stretch[]): WalSegment[] {
  const timelines = new Set(stretches.map(({ timeline }) => timeline));
  return [...archive.segments, ...archive.partialSegments].filter(({ name }) => {
    const position = positionOf(name, backup.walSegmentBytes);
    return position?.number === number && timelines.has(position.timeline);
  });
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
