import { crc32c } from "./unpack/crc32c.ts";
import { type PageHead, WalBytes } from "./wal-pages.ts";

/** Length, transaction, position of the one before, kind, and at last a checksum of the rest of it. */
const headBytes = 24;
const placeOfKind = 16;
const placeOfChecksum = 20;

/** A record that is not at its end yet. */
interface Current {
  /** Bytes of it that are still to come. */
  left: number;

  /** Undefined for one that began in the segment before. */
  read: { head: Buffer; checksum: number } | undefined;
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

  constructor(isLittleEndian: boolean) {
    this.isLittleEndian = isLittleEndian;
  }

  /** What is wrong with the records on a page, given what follows its head. */
  problemOn(page: PageHead, content: Buffer, isFirst: boolean): string | undefined {
    if (isFirst && page.continued > 0) this.current = { left: page.continued, read: undefined };
    if (page.isOverwritten) this.current = undefined;
    if ((this.current?.left ?? 0) !== page.continued) return "a record does not go on there";
    let offset = 0;
    while (offset < content.length && !this.hasSwitched) {
      if (this.current === undefined) {
        const left = new WalBytes(content.subarray(offset), this.isLittleEndian).u32(0);
        if (left < headBytes) return left === 0 ? "what was written ends there" : "no record begins there";
        this.current = { left, read: { head: Buffer.alloc(0), checksum: 0 } };
      }
      const { current } = this;
      const end = Math.min(content.length, offset + current.left);
      const problem = this.take(current, content.subarray(offset, end));
      if (problem !== undefined) return problem;
      // Records begin at multiples of eight.
      offset = current.left === 0 ? Math.ceil(end / 8) * 8 : end;
    }
    return undefined;
  }

  private take(current: Current, part: Buffer): string | undefined {
    const { read } = current;
    current.left -= part.length;
    if (read !== undefined) {
      const ofHead = Math.min(headBytes - read.head.length, part.length);
      if (ofHead > 0) read.head = Buffer.concat([read.head, part.subarray(0, ofHead)]);
      read.checksum = crc32c(part, ofHead, part.length, read.checksum);
    }
    if (current.left > 0) return undefined;
    this.current = undefined;
    return read && this.problemAtEnd(read);
  }

  private problemAtEnd({ head, checksum }: { head: Buffer; checksum: number }): string | undefined {
    const whole = crc32c(head, 0, placeOfChecksum, checksum);
    const is = new WalBytes(head, this.isLittleEndian).u32(placeOfChecksum);
    if (whole !== is) return "the checksum of a record does not fit";
    this.hasSwitched = isSwitch(head);
    return undefined;
  }
}

/** XLOG_SWITCH, of the resource manager XLOG. */
function isSwitch(head: Buffer): boolean {
  return (head.readUInt8(placeOfKind) & 0xf0) === 0x40 && head.readUInt8(placeOfKind + 1) === 0;
}
