import type { Archive } from "../../archive/archive.ts";
import { hasEnded } from "../../archive/base-backup.ts";
import { timelineOf } from "../../archive/wal-segment.ts";

/** The archive as it was at a time: what was written later, a recovery that began then need not have. */
export function archiveAt(archive: Archive, time: Date): Archive {
  const wasThere = ({ archivedAt }: { archivedAt: Date }): boolean => archivedAt <= time;
  return {
    ...archive,
    backups: archive.backups.filter((backup) => !hasEnded(backup) || backup.extent.endTime <= time),
    segments: archive.segments.filter(wasThere),
    partialSegments: archive.partialSegments.filter(wasThere),
    damaged: archive.damaged.filter(wasThere),
  };
}

/** The newest timeline that an archive has anything of. */
export function newestTimelineOf({ segments, histories }: Archive): number {
  let newest = 1;
  for (const { name } of segments) newest = Math.max(newest, timelineOf(name));
  return histories.reduce((known, { timeline }) => Math.max(known, timeline), newest);
}
