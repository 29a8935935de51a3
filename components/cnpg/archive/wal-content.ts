import crc32c from "crc-32/crc32c.js";

/** What a WAL segment holds, read record by record as PostgreSQL's recovery reads it. */
export interface WalContent {
  /** Timeline of its first page. One that a later timeline begins in starts with pages of the earlier one. */
  timeline: number;

  /** Identifies the PostgreSQL cluster since its initdb. */
  systemId: string;
  segmentBytes: number;

  /** Where it starts (LSN), in bytes from the start of the cluster. */
  startsAt: number;

  /** The end (LSN) of the last record that is whole; its start where a single record fills it. */
  endsAt: number;

  /** Where the last record that is whole starts (LSN); none where a single record fills the segment. */
  lastRecordAt: number | undefined;

  /**
   * Whether it is read to its end: the switch to the next segment, or a record that goes on in that. If not, it is
   * damaged from `endsAt` on, or PostgreSQL has not filled it yet.
   */
  isWhole: boolean;

  /** When the last transaction in it was committed or rolled back. */
  lastTransaction: Date | undefined;
}

/** Why a file is no segment, in words that follow its name. */
export interface NoWal {
  problem: string;
}

/** Reads an unpacked segment. Throws nothing: what makes no sense ends the reading, as it ends a recovery. */
export function walContent(segment: Uint8Array): WalContent | NoWal {
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.length);
  const first = firstPage(bytes);
  return "problem" in first ? first : new Reader(bytes, first).read();
}

// src/include/access/xlog_internal.h: XLogPageHeaderData and XLogLongPageHeaderData.
const pageHeaderBytes = 24;
const longHeaderBytes = 40;
const isContinued = 0x01;
const hasLongHeader = 0x02;
const hasOverwritten = 0x08;

interface FirstPage {
  magic: number;
  timeline: number;
  systemId: string;
  segmentBytes: number;
  blockBytes: number;
  startsAt: number;
}

function firstPage(bytes: Buffer): FirstPage | NoWal {
  if (bytes.length < longHeaderBytes)
    return { problem: "is no WAL segment: it is too short for a page header" };
  const magic = bytes.readUInt16LE(0);
  // All versions of PostgreSQL since 9.3 have a magic number of this kind, each its own.
  if (magic >> 8 !== 0xd0 && magic >> 8 !== 0xd1) {
    return { problem: "is no WAL segment: it does not begin with PostgreSQL's page header" };
  }
  const segmentBytes = bytes.readUInt32LE(32);
  const blockBytes = bytes.readUInt32LE(36);
  const isSound =
    (bytes.readUInt16LE(2) & hasLongHeader) !== 0 && isPowerOfTwo(blockBytes) && blockBytes >= 1024;
  if (!isSound || !isPowerOfTwo(segmentBytes) || segmentBytes < 2 ** 20) {
    return { problem: "is no WAL segment: its first page header makes no sense" };
  }
  return {
    magic,
    timeline: bytes.readUInt32LE(4),
    systemId: String(bytes.readBigUInt64LE(24)),
    segmentBytes,
    blockBytes,
    startsAt: Number(bytes.readBigUInt64LE(8)),
  };
}

const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));

/** A record, or why there is none: what follows it is for the next segment, or is no WAL. */
type Step = { record: Buffer } | "goes on in the next segment" | "no record" | "given up";

class Reader {
  private readonly bytes: Buffer;
  private readonly first: FirstPage;
  private at = 0;
  private previous: number | undefined;

  constructor(bytes: Buffer, first: FirstPage) {
    this.bytes = bytes;
    this.first = first;
  }

  read(): WalContent {
    const { timeline, systemId, segmentBytes, startsAt } = this.first;
    const place = { timeline, systemId, segmentBytes, startsAt };
    const nothing = { lastRecordAt: undefined, lastTransaction: undefined };
    const content: WalContent = { ...place, ...nothing, endsAt: startsAt, isWhole: false };
    const rest = this.bytes.readUInt16LE(2) & isContinued ? this.bytes.readUInt32LE(16) : 0;
    this.at = longHeaderBytes;
    const begun = this.take(rest);
    if (!Buffer.isBuffer(begun)) return { ...content, isWhole: begun === "goes on in the next segment" };
    for (;;) {
      if (this.at > longHeaderBytes) content.endsAt = startsAt + aligned(this.at);
      const start = this.nextStart();
      if (start === undefined) return { ...content, isWhole: this.at >= segmentBytes };
      const step = this.record(start);
      if (step === "given up") continue;
      if (step === "goes on in the next segment") return { ...content, isWhole: true };
      if (step === "no record") return content;
      this.previous = startsAt + start;
      content.lastRecordAt = this.previous;
      content.lastTransaction = transactionTime(step.record) ?? content.lastTransaction;
      if (isSwitch(step.record)) return { ...content, isWhole: true, endsAt: startsAt + segmentBytes };
    }
  }

  /** Where the next record begins; undefined at the end of the segment, or where a page is no page of it. */
  private nextStart(): number | undefined {
    this.at = aligned(this.at);
    if (this.at % this.first.blockBytes === 0 && this.nextPage() === undefined) return undefined;
    return this.at;
  }

  private record(start: number): Step {
    // The header begins with the length, which no page border cuts.
    const length = this.bytes.readUInt32LE(start);
    if (length < recordHeaderBytes) return "no record";
    const record = this.take(length);
    if (!Buffer.isBuffer(record)) return record;
    const previous = Number(record.readBigUInt64LE(8));
    if (this.previous !== undefined && previous !== this.previous) return "no record";
    return checksumOf(record) === record.readUInt32LE(20) ? { record } : "no record";
  }

  /** The next bytes of a record, without the page headers in between. */
  private take(length: number): Buffer | Exclude<Step, { record: Buffer }> {
    const parts: Buffer[] = [];
    let left = length;
    while (left > 0) {
      if (this.at % this.first.blockBytes === 0) {
        if (this.at >= this.first.segmentBytes) return "goes on in the next segment";
        const page = this.nextPage();
        if (page === undefined) return "no record";
        // A crash left half a record, and PostgreSQL went on without it.
        if (page.flags & hasOverwritten) return "given up";
        if (!(page.flags & isContinued) || page.rest !== left) return "no record";
      }
      const pageEnd = (Math.floor(this.at / this.first.blockBytes) + 1) * this.first.blockBytes;
      const part = this.bytes.subarray(this.at, Math.min(pageEnd, this.at + left));
      if (part.length === 0) return "no record";
      parts.push(part);
      this.at += part.length;
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Goes past the header of the page that begins here. */
  private nextPage(): { flags: number; rest: number } | undefined {
    const { magic, startsAt } = this.first;
    const { bytes, at } = this;
    if (at + pageHeaderBytes > bytes.length) return undefined;
    const isItsPage =
      bytes.readUInt16LE(at) === magic && Number(bytes.readBigUInt64LE(at + 8)) === startsAt + at;
    if (!isItsPage) return undefined;
    this.at += pageHeaderBytes;
    return { flags: bytes.readUInt16LE(at + 2), rest: bytes.readUInt32LE(at + 16) };
  }
}

/** Records and page headers begin at multiples of 8. */
const aligned = (offset: number): number => Math.ceil(offset / 8) * 8;

// src/include/access/xlogrecord.h: XLogRecord, its headers of blocks and data, and the resource managers' numbers.
const recordHeaderBytes = 24;
const transactionManager = 1;
const switchOfXlog = { manager: 0, info: 0x40 };
const endsOfTransactions = new Set([0x00, 0x20, 0x30, 0x40]);
const headerIds = { origin: 253, topLevelTransaction: 252, shortData: 255, longData: 254 };

/** Over the data first, and then over the header up to the checksum itself. */
function checksumOf(record: Buffer): number {
  const data = crc32c.buf(record.subarray(recordHeaderBytes));
  return crc32c.buf(record.subarray(0, 20), data) >>> 0;
}

const managerOf = (record: Buffer): number => record.readUInt8(17);
const infoOf = (record: Buffer): number => record.readUInt8(16);

const isSwitch = (record: Buffer): boolean =>
  managerOf(record) === switchOfXlog.manager && (infoOf(record) & 0xf0) === switchOfXlog.info;

/** The time in a commit or a rollback, prepared ones included. */
function transactionTime(record: Buffer): Date | undefined {
  if (managerOf(record) !== transactionManager || !endsOfTransactions.has(infoOf(record) & 0x70))
    return undefined;
  const data = dataOf(record);
  if (data === undefined || data.length < 8) return undefined;
  const microseconds = Number(data.readBigInt64LE(0));
  return new Date(Date.UTC(2000, 0, 1) + Math.floor(microseconds / 1_000));
}

/** A record's own data; undefined where it is about blocks of a table, as records of transactions are not. */
function dataOf(record: Buffer): Buffer | undefined {
  let at = recordHeaderBytes;
  while (at + 5 < record.length) {
    const id = record.readUInt8(at);
    if (id === headerIds.shortData) return record.subarray(at + 2);
    if (id === headerIds.longData) return record.subarray(at + 5);
    if (id === headerIds.origin) at += 3;
    else if (id === headerIds.topLevelTransaction) at += 5;
    else return undefined;
  }
  return undefined;
}
