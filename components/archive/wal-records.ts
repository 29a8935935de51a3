import { crc32c } from "./unpack/crc32c.ts";
import { type PageHead, WalBytes } from "./wal-pages.ts";

// src/include/access/xlogrecord.h: XLogRecord, the headers of its data, and the resource managers' numbers.
const headBytes = 24;
const placeOfPrevious = 8;
const placeOfKind = 16;
const placeOfManager = 17;
const placeOfChecksum = 20;
/** As much of a record as tells its kind, and the time of a transaction's end. */
const keptBytes = 64;

/** A record that is not at its end yet. */
interface Current {
  /** Where it starts (LSN), in bytes. */
  startsAt: number;

  /** Bytes of it that are still to come. */
  left: number;

  /** Undefined for one that began in the segment before. */
  read: { kept: Buffer; bytes: number; checksum: number } | undefined;
}

/** What a recovery replays of a segment. Positions (LSN) are in bytes from the start of the cluster. */
export interface ReplayedPart {
  /** The end of the last record that is whole; undefined where none ends in the segment. */
  endsAt: number | undefined;

  /** The start of the last record that begins in the segment and is whole. */
  lastRecordAt: number | undefined;

  /** When the last transaction in it was committed or rolled back. */
  lastTransaction: Date | undefined;
}

/**
 * Follows the records through the pages of a segment and checks the checksum of each, as a recovery does; not of those
 * that begin or end in another segment.
 */
export class WalRecords {
  private readonly isLittleEndian: boolean;
  private current: Current | undefined;

  /** Whether `pg_switch_wal()` or an archive_timeout has ended the segment: PostgreSQL reads no further. */
  hasSwitched = false;

  readonly replayed: ReplayedPart = {
    endsAt: undefined,
    lastRecordAt: undefined,
    lastTransaction: undefined,
  };

  constructor(isLittleEndian: boolean) {
    this.isLittleEndian = isLittleEndian;
  }

  /**
   * What is wrong with the records on a page, given what follows its head.
   * @param startsAt where that is (LSN)
   */
  problemOn(page: PageHead, content: Buffer, startsAt: number, isFirst: boolean): string | undefined {
    if (isFirst && page.continued > 0) this.current = { startsAt, left: page.continued, read: undefined };
    if (page.isOverwritten) this.current = undefined;
    if ((this.current?.left ?? 0) !== page.continued) return "a record does not go on there";
    let offset = 0;
    while (offset < content.length && !this.hasSwitched) {
      if (this.current === undefined) {
        const left = this.bytes(content.subarray(offset)).u32(0);
        if (left < headBytes) return left === 0 ? "what was written ends there" : "no record begins there";
        const read = { kept: Buffer.alloc(0), bytes: 0, checksum: 0 };
        this.current = { startsAt: startsAt + offset, left, read };
      }
      const { current } = this;
      const end = Math.min(content.length, offset + current.left);
      const problem = this.take(current, content.subarray(offset, end));
      if (problem !== undefined) return problem;
      // Records begin at multiples of eight.
      offset = current.left === 0 ? Math.ceil(end / 8) * 8 : end;
      if (current.left === 0) this.replayed.endsAt = startsAt + offset;
    }
    return undefined;
  }

  private bytes(of: Uint8Array): WalBytes {
    return new WalBytes(of, this.isLittleEndian);
  }

  private take(current: Current, part: Buffer): string | undefined {
    const { read } = current;
    current.left -= part.length;
    if (read !== undefined) {
      const toKeep = Math.min(keptBytes - read.kept.length, part.length);
      if (toKeep > 0) read.kept = Buffer.concat([read.kept, part.subarray(0, toKeep)]);
      // The data come first into the checksum, and the head after them.
      const ofHead = Math.min(Math.max(headBytes - read.bytes, 0), part.length);
      read.checksum = crc32c(part, ofHead, part.length, read.checksum);
      read.bytes += part.length;
    }
    if (current.left > 0) return undefined;
    this.current = undefined;
    return read && this.problemAtEnd(current.startsAt, read);
  }

  private problemAtEnd(
    startsAt: number,
    { kept, checksum }: { kept: Buffer; checksum: number },
  ): string | undefined {
    const head = this.bytes(kept);
    if (crc32c(kept, 0, placeOfChecksum, checksum) !== head.u32(placeOfChecksum)) {
      return "the checksum of a record does not fit";
    }
    const { lastRecordAt } = this.replayed;
    // A file that was used before has older records behind the newer ones.
    if (lastRecordAt !== undefined && Number(head.u64(placeOfPrevious)) !== lastRecordAt) {
      return "a record of another position is there";
    }
    this.replayed.lastRecordAt = startsAt;
    this.replayed.lastTransaction = transactionTime(kept, head) ?? this.replayed.lastTransaction;
    this.hasSwitched = isSwitch(kept);
    return undefined;
  }
}

/** XLOG_SWITCH, of the resource manager XLOG. */
function isSwitch(record: Buffer): boolean {
  return (record.readUInt8(placeOfKind) & 0xf0) === 0x40 && record.readUInt8(placeOfManager) === 0;
}

const transactionManager = 1;
/** Commit and rollback, and those of a prepared transaction. */
const endsOfTransactions = new Set([0x00, 0x20, 0x30, 0x40]);

function transactionTime(record: Buffer, head: WalBytes): Date | undefined {
  if (record.readUInt8(placeOfManager) !== transactionManager) return undefined;
  if (!endsOfTransactions.has(record.readUInt8(placeOfKind) & 0x70)) return undefined;
  const at = dataOf(record);
  if (at === undefined || at + 8 > record.length) return undefined;
  // Microseconds since 2000, as all times of PostgreSQL.
  return new Date(Date.UTC(2000, 0, 1) + Math.floor(Number(BigInt.asIntN(64, head.u64(at))) / 1_000));
}

const dataHeads = { short: 255, long: 254, origin: 253, topLevelTransaction: 252 };

/** Where a record's own data begin; undefined where it is about blocks of a table, as those of transactions are not. */
function dataOf(record: Buffer): number | undefined {
  let at = headBytes;
  while (at < record.length) {
    const id = record.readUInt8(at);
    if (id === dataHeads.short) return at + 2;
    if (id === dataHeads.long) return at + 5;
    if (id === dataHeads.origin) at += 3;
    else if (id === dataHeads.topLevelTransaction) at += 5;
    else return undefined;
  }
  return undefined;
}
