import { shownBytes } from "./units.ts";

/**
 * The heads of WAL pages and records, as PostgreSQL writes them (`xlog_internal.h`, `xlogrecord.h`), in the byte
 * order of the machine that wrote them.
 */
export class WalBytes {
  private readonly view: DataView;
  private readonly isLittleEndian: boolean;

  constructor(bytes: Uint8Array, isLittleEndian: boolean) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isLittleEndian = isLittleEndian;
  }

  u16(offset: number): number {
    return this.view.getUint16(offset, this.isLittleEndian);
  }

  u32(offset: number): number {
    return this.view.getUint32(offset, this.isLittleEndian);
  }

  u64(offset: number): bigint {
    return this.view.getBigUint64(offset, this.isLittleEndian);
  }
}

export interface PageHead {
  magic: number;
  timeline: number;

  /** Position of the page, in bytes from the start of the cluster. */
  address: number;

  /** What is left of a record that began before this page, if that goes on here. */
  continued: number;

  /** Where a record was broken off by a crash: what follows is another one. */
  isOverwritten: boolean;
}

/** What the first page of a segment says besides. */
export interface SegmentHead extends PageHead {
  systemId: string;
  segmentBytes: number;
  pageBytes: number;
  isLittleEndian: boolean;
}

const flags = { continues: 1, long: 2, overwritten: 8 };

export const shortHeadBytes = 24;
export const longHeadBytes = 40;

export function pageHead(bytes: WalBytes): PageHead {
  const info = bytes.u16(2);
  return {
    magic: bytes.u16(0),
    timeline: bytes.u32(4),
    address: Number(bytes.u64(8)),
    continued: info & flags.continues ? bytes.u32(16) : 0,
    isOverwritten: (info & flags.overwritten) !== 0,
  };
}

/** A sentence's end if that is not how a segment begins. */
export function segmentHead(start: Uint8Array): SegmentHead | string {
  if (start.length < longHeadBytes) return `it has ${shownBytes(start.length)} only`;
  const isLittleEndian = isMagic(new WalBytes(start, true).u16(0));
  const bytes = new WalBytes(start, isLittleEndian);
  const magic = bytes.u16(0);
  if (!isMagic(magic)) return `it begins with ${hex(bytes.u16(0))}`;
  if ((bytes.u16(2) & flags.long) === 0) return "its first page is not the first one of a segment";
  const segmentBytes = bytes.u32(32);
  const pageBytes = bytes.u32(36);
  const isPageSize = pageBytes >= 1024 && pageBytes <= 65_536 && Number.isInteger(Math.log2(pageBytes));
  if (!isPageSize) return `its head says that pages have ${pageBytes} bytes`;
  return {
    ...pageHead(bytes),
    systemId: String(bytes.u64(24)),
    segmentBytes,
    pageBytes,
    isLittleEndian,
  };
}

/** PostgreSQL 18's. 13: D106, 14: D10D, 15: D110, 16: D113, 17: D116. */
export const newestKnownMagic = 0xd118;

/** A later version is not refused for being new. */
function isMagic(value: number): boolean {
  return value >> 8 === 0xd1;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, "0");
}
