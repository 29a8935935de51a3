import type { Archive } from "./archive.ts";
import type { EndedBackup } from "./base-backup.ts";
import type { Ancestor } from "./timeline-history.ts";
import { historyName, lsnBytes, positionOf, timelineOf } from "./wal-segment.ts";

/** The way of a recovery from timeline to timeline: from that of its base backup to the newest one. */
export interface TimelinePath {
  /** Oldest first. */
  stretches: Stretch[];

  /** The newest timeline, if it left that of the backup before the backup ended: PostgreSQL refuses to go there. */
  forkedTo: number | undefined;

  /** `0000000N.history`, if the archive has WAL of timeline N or a later one, but not this file: PostgreSQL stops before. */
  missingHistory: string | undefined;
}

export interface Stretch {
  timeline: number;

  /** Number of the first segment to be read from this timeline: the one in which it starts. */
  from: number;
}

export function timelinePath(archive: Archive, backup: EndedBackup): TimelinePath {
  const start = backup.extent.timeline;
  const newest = newestTimeline(archive, start);
  const ancestors = archive.histories.find(({ timeline }) => timeline === newest)?.ancestors;
  const isForked = newest !== start && ancestors !== undefined && !leadsOn(ancestors, backup);
  const isHiding = archive.segments.find(({ name }) => timelineOf(name) > newest) !== undefined;
  return {
    stretches: [{ timeline: start, from: 0 }, ...(isForked ? [] : later(archive, backup, newest, ancestors))],
    forkedTo: isForked ? newest : undefined,
    missingHistory: isHiding ? historyName(newest + 1) : undefined,
  };
}

/** PostgreSQL looks for one history file after the other, up to the first that is missing. */
function newestTimeline({ histories }: Archive, start: number): number {
  const known = new Set(histories.map(({ timeline }) => timeline));
  let newest = start;
  while (known.has(newest + 1)) newest++;
  return newest;
}

function leadsOn(ancestors: Ancestor[], { extent }: EndedBackup): boolean {
  const ours = ancestors.find(({ timeline }) => timeline === extent.timeline);
  return ours !== undefined && lsnBytes(ours.switchPoint) >= lsnBytes(extent.endLsn);
}

function later(
  archive: Archive,
  backup: EndedBackup,
  newest: number,
  ancestors: Ancestor[] | undefined,
): Stretch[] {
  const start = backup.extent.timeline;
  if (ancestors === undefined) return guessed(archive, backup, newest);
  const passed = ancestors.filter(({ timeline }) => timeline >= start);
  return passed.map(({ switchPoint }, index) => ({
    timeline: passed[index + 1]?.timeline ?? newest,
    from: Math.floor(lsnBytes(switchPoint) / backup.walSegmentBytes),
  }));
}

/**
 * Without the text of the history file: at a promotion, PostgreSQL archives what there is of the old timeline's last
 * segment as a partial one. Where that is not there, a timeline starts in the first segment that was archived of it.
 */
function guessed(archive: Archive, { extent, walSegmentBytes }: EndedBackup, newest: number): Stretch[] {
  const { segments, partialSegments } = archive;
  const timelines = Array.from(
    { length: newest - extent.timeline },
    (_, index) => extent.timeline + 1 + index,
  );
  return timelines.flatMap((timeline) => {
    const first =
      partialSegments.findLast(({ name }) => timelineOf(name) === timeline - 1) ??
      segments.find(({ name }) => timelineOf(name) === timeline);
    const position = first && positionOf(first.name, walSegmentBytes);
    return position === undefined ? [] : [{ timeline, from: position.number }];
  });
}
