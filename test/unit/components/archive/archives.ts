import type { Archive } from "../../../../components/archive/archive.ts";
import type { EndedBackup } from "../../../../components/archive/base-backup.ts";
import type { TimelineHistory } from "../../../../components/archive/timeline-history.ts";
import { segmentNameAt } from "../../../../components/archive/wal-segment.ts";
import type { WalSegment } from "../../../../components/archive/wal-segment.ts";

/** The day on which everything in these tests happens. */
export const at = (time: string): Date => new Date(`2026-11-22T${time}Z`);

export const defaultSegmentBytes = 2 ** 24;

export function segmentName(timeline: number, number: number, segmentBytes = defaultSegmentBytes): string {
  return segmentNameAt({ timeline, number }, segmentBytes);
}

/** Position (LSN) in the middle of a segment. */
export function lsnIn(number: number, segmentBytes = defaultSegmentBytes): string {
  const bytes = (number + 0.5) * segmentBytes;
  return `${Math.floor(bytes / 2 ** 32).toString(16)}/${(bytes % 2 ** 32).toString(16)}`.toUpperCase();
}

interface BackupSketch {
  timeline?: number;

  /** Numbers of the first and last segment. */
  segments: [number, number];

  /** Begin and end. */
  times: [string, string];
  segmentBytes?: number;
}

export function backup(sketch: BackupSketch, more: Partial<EndedBackup> = {}): EndedBackup {
  const { timeline = 1, segmentBytes = defaultSegmentBytes } = sketch;
  const [beginTime, endTime] = [at(sketch.times[0]), at(sketch.times[1])];
  const [begin, end] = sketch.segments;
  return {
    id: beginTime.toISOString().replace(/[-:]|\..*/g, ""),
    status: "DONE",
    extent: {
      beginTime,
      endTime,
      timeline,
      beginWal: segmentName(timeline, begin, segmentBytes),
      endWal: segmentName(timeline, end, segmentBytes),
      endLsn: lsnIn(end, segmentBytes),
    },
    databaseBytes: 30 * 2 ** 20,
    storedBytes: 5 * 2 ** 20,
    systemId: "7575757575757575757",
    walSegmentBytes: segmentBytes,
    missingFiles: [],
    ...more,
  };
}

/** Segments of a timeline, the first of them archived at a time, each of the others a minute after the one before. */
export function wal(timeline: number, [first, last]: [number, number], time: string): WalSegment[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    name: segmentName(timeline, first + index),
    archivedAt: new Date(at(time).getTime() + index * 60_000),
    bytes: 1000,
    packing: ".zst",
  }));
}

/** How timeline n came to be: its ancestors left in these segments, the first timeline in the first of them. */
export function history(switches: number[]): TimelineHistory {
  return {
    timeline: switches.length + 1,
    ancestors: switches.map((segment, index) => ({ timeline: index + 1, switchPoint: lsnIn(segment) })),
  };
}

export function archive(parts: Partial<Archive>): Archive {
  return {
    location: { bucket: "cnpg-backups", prefix: "homelab/orders/orders" },
    readAt: at("23:00:00"),
    backups: [],
    unreadableBackups: [],
    segments: [],
    partialSegments: [],
    damaged: [],
    histories: [],
    ...parts,
  };
}

/** A `backup.info` of barman's: of a backup of one minute, at two o'clock on a day of that month, or with other fields. */
export function backupInfo(day: number, more: Record<string, string | number> = {}): string {
  const fields = {
    begin_time: `2026-11-${day} 02:00:00+00:00`,
    begin_wal: segmentName(1, 2),
    end_time: `2026-11-${day} 02:01:00+00:00`,
    end_wal: segmentName(1, 2),
    end_xlog: "0/2000158",
    status: "DONE",
    timeline: 1,
    xlog_segment_size: defaultSegmentBytes,
    ...more,
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
