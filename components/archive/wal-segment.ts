import type { Packing } from "./unpack/unpack.ts";

/** An archived file of WAL. */
export interface WalSegment {
  /** 24 hexadecimal digits: timeline, log, segment in the log. */
  name: string;
  archivedAt: Date;

  /** Size of the object. */
  bytes: number;
  packing: Packing;
}

/** One that is there and of no use: PostgreSQL takes it for the end of the WAL. */
export interface DamagedSegment extends WalSegment {
  isPartial: boolean;

  /** What is wrong, as in "WAL … is cut: 3.0 MiB of 16.0 MiB". */
  reason: string;
}

/** Name of its object, below the archive's prefix. */
export function segmentObject({ name, packing }: WalSegment, isPartial = false): string {
  return `wals/${name.slice(0, 16)}/${name}${isPartial ? ".partial" : ""}${packing}`;
}

const segmentName = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;

interface SegmentPosition {
  timeline: number;

  /** Counted over all logs from the start of the cluster, the same on each timeline. */
  number: number;
}

/** Undefined if it is no name of a segment of this size. */
export function positionOf(name: string, segmentBytes: number): SegmentPosition | undefined {
  const [, timeline, log, segment] = segmentName.exec(name) ?? [];
  if (timeline === undefined || log === undefined || segment === undefined) return undefined;
  const perLog = segmentsPerLog(segmentBytes);
  const inLog = parseInt(segment, 16);
  if (inLog >= perLog) return undefined;
  return { timeline: parseInt(timeline, 16), number: parseInt(log, 16) * perLog + inLog };
}

export function segmentNameAt({ timeline, number }: SegmentPosition, segmentBytes: number): string {
  const perLog = segmentsPerLog(segmentBytes);
  return [timeline, Math.floor(number / perLog), number % perLog].map(hex).join("");
}

/** A position in the WAL (LSN) such as `2/82000168`, in bytes from the start of the cluster. */
export function lsnBytes(lsn: string): number {
  const [log = "", offset = ""] = lsn.split("/");
  return parseInt(log, 16) * 2 ** 32 + parseInt(offset, 16);
}

export function timelineOf(name: string): number {
  return parseInt(name.slice(0, 8), 16);
}

export function historyName(timeline: number): string {
  return `${hex(timeline)}.history`;
}

/** A log is 4 GiB of WAL, whatever the size of its segments. */
function segmentsPerLog(segmentBytes: number): number {
  return 2 ** 32 / segmentBytes;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
