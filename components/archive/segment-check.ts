import { shownBytes } from "./units.ts";
import { ByteReader } from "./unpack/byte-reader.ts";
import { type Chunks, type Packing, UnpackError, unpack } from "./unpack/unpack.ts";
import {
  type SegmentHead,
  WalBytes,
  longHeadBytes,
  newestKnownMagic,
  pageHead,
  segmentHead,
  shortHeadBytes,
} from "./wal-pages.ts";
import { type ReplayedPart, WalRecords } from "./wal-records.ts";
import { positionOf } from "./wal-segment.ts";

/** What a segment should be, as far as its name and the base backups beside it tell. */
export interface ExpectedSegment {
  name: string;
  packing: Packing;

  /** Size of the cluster's segments. */
  segmentBytes?: number | undefined;

  /** Of the cluster's base backups. */
  systemId?: string | undefined;

  /** Where its timeline was left, so that the rest of it is anything: a partial one, or the last one of a timeline. */
  isLeft?: boolean;
}

/** What an archived object tells by its size alone; as in `segmentProblem`. */
export function sizeProblem(bytes: number, { packing, segmentBytes }: ExpectedSegment): string | undefined {
  if (bytes === 0) return "is empty";
  return packing === "" && segmentBytes !== undefined ? lengthProblem(bytes, segmentBytes) : undefined;
}

/** What reading a segment to its end gives. */
export interface SegmentReport {
  /**
   * What is wrong with it, as in "WAL … is cut: 3.0 MiB of 16.0 MiB"; undefined if it is whole: it can be unpacked, it is
   * WAL of this database and position page by page, and the checksums of its records fit.
   */
  problem: string | undefined;

  /** What a recovery replays of it; undefined where its records cannot be read, as those of a newer PostgreSQL. */
  replayed: ReplayedPart | undefined;
}

/** Reads a segment to its end. Throws what reading it throws. */
export async function readSegment(expected: ExpectedSegment, packed: Chunks): Promise<SegmentReport> {
  const reader = new ByteReader(unpack(expected.packing, packed));
  try {
    return await reportOn(expected, reader);
  } catch (error) {
    if (error instanceof UnpackError) return unreadable(`cannot be unpacked: ${error.message}`);
    throw error;
  } finally {
    await reader.close();
  }
}

/** As the report on a segment has it. */
export async function segmentProblem(expected: ExpectedSegment, packed: Chunks): Promise<string | undefined> {
  return (await readSegment(expected, packed)).problem;
}

const unreadable = (problem: string): SegmentReport => ({ problem, replayed: undefined });

async function reportOn(expected: ExpectedSegment, reader: ByteReader): Promise<SegmentReport> {
  const start = await reader.peek(longHeadBytes);
  if (start.length === 0) return unreadable("is empty");
  const head = segmentHead(start);
  if (typeof head === "string") return unreadable(`is no WAL segment: ${head}`);
  const problem = headProblem(expected, head);
  if (problem !== undefined) return unreadable(problem);
  const records = new WalRecords(head.isLittleEndian);
  const { bytes, problem: inside } = await pagesProblem(expected, head, records, reader);
  const segmentBytes = expected.segmentBytes ?? head.segmentBytes;
  return {
    problem: lengthProblem(bytes, segmentBytes) ?? inside,
    replayed:
      head.magic > newestKnownMagic
        ? undefined
        : { ...records.replayed, ...(records.hasSwitched && { endsAt: head.address + segmentBytes }) },
  };
}

function lengthProblem(bytes: number, segmentBytes: number): string | undefined {
  if (bytes === segmentBytes) return undefined;
  if (bytes < segmentBytes) {
    const isAlmostWhole = segmentBytes - bytes < segmentBytes / 100;
    return isAlmostWhole
      ? `is cut: ${bytes} of ${segmentBytes} B`
      : `is cut: ${shownBytes(bytes)} of ${shownBytes(segmentBytes)}`;
  }
  return `is larger than a segment: ${bytes} B, not ${segmentBytes} B`;
}

function headProblem(expected: ExpectedSegment, head: SegmentHead): string | undefined {
  const { segmentBytes = head.segmentBytes, systemId = head.systemId, name } = expected;
  if (head.systemId !== systemId) {
    return `is WAL of another database (system identifier ${head.systemId}, and that of the base backups is ${systemId})`;
  }
  if (head.segmentBytes !== segmentBytes) {
    return `is of a database with segments of ${shownBytes(head.segmentBytes)}, and the base backups are of one with ${shownBytes(segmentBytes)}`;
  }
  const position = positionOf(name, segmentBytes);
  if (position === undefined) return `has no name of a segment of ${shownBytes(segmentBytes)}`;
  if (head.address !== position.number * segmentBytes) {
    return `is WAL of another position (${shownLsn(head.address)})`;
  }
  return head.timeline > position.timeline ? `is WAL of a later timeline, ${head.timeline}` : undefined;
}

/** Reads all pages, and looks into them up to the first one that is not as it should be. */
async function pagesProblem(
  { name, segmentBytes = 0, isLeft = false }: ExpectedSegment,
  head: SegmentHead,
  records: WalRecords,
  reader: ByteReader,
): Promise<{ bytes: number; problem: string | undefined }> {
  const timeline = positionOf(name, segmentBytes || head.segmentBytes)?.timeline ?? 0;
  let [bytes, problem]: [number, string | undefined] = [0, undefined];
  for (;;) {
    const page = await reader.read(head.pageBytes);
    const isLookedInto = !isLeft && problem === undefined && !records.hasSwitched;
    if (isLookedInto && page.length === head.pageBytes) {
      const found = pageProblem(page, { head, offset: bytes, timeline, records });
      problem = found && `is damaged at ${bytes} B of it: ${found}`;
    }
    bytes += page.length;
    if (page.length < head.pageBytes) return { bytes, problem };
  }
}

function pageProblem(
  page: Buffer,
  at: { head: SegmentHead; offset: number; timeline: number; records: WalRecords },
): string | undefined {
  const { magic, address, isLittleEndian } = at.head;
  const found = pageHead(new WalBytes(page, isLittleEndian));
  if (found.magic !== magic) return "no page of WAL begins there";
  if (found.address !== address + at.offset) return `there is a page of another position`;
  if (found.timeline > at.timeline) return `there is a page of a later timeline, ${found.timeline}`;
  // What a newer PostgreSQL writes into its pages is not known.
  if (magic > newestKnownMagic) return undefined;
  const isFirst = at.offset === 0;
  const ofHead = isFirst ? longHeadBytes : shortHeadBytes;
  return at.records.problemOn(found, page.subarray(ofHead), found.address + ofHead, isFirst);
}

function shownLsn(position: number): string {
  const [log, offset] = [Math.floor(position / 2 ** 32), position % 2 ** 32];
  return `${log.toString(16)}/${offset.toString(16)}`.toUpperCase();
}
