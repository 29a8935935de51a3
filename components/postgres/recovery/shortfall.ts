import type { Archive } from "../../archive/archive.ts";
import type { EndedBackup } from "../../archive/base-backup.ts";
import type { SegmentReport } from "../../archive/segment-check.ts";
import type { ReadSegment } from "../../archive/segment-reader.ts";
import type { SegmentList } from "../../archive/segments.ts";
import { segmentsOnTheWay, walChain } from "../../archive/wal-chain.ts";
import type { ReplayedPart } from "../../archive/wal-records.ts";
import { historyName, positionOf, segmentNameAt, timelineOf } from "../../archive/wal-segment.ts";
import type { WalSegment } from "../../archive/wal-segment.ts";
import type { EndOfReplay } from "./end-of-replay.ts";

/** A recovery that has ended before the end of what its archive holds. */
export interface Shortfall {
  /** The first file that was not replayed, or not to its end: a segment's name, or that of a history file. */
  missed: string;

  /** What is the matter with it, in words that follow its name. */
  why: string;

  /** Whether the archive has it, and it is sound: the store was away, or refused the keys, while it was needed. */
  isSoundNow: boolean;

  /** When the last transaction that was replayed ended. */
  lastTransaction: Date | undefined;

  /** The archive's last segment on the way. */
  last: WalSegment;
}

/** What a recovery replayed, where that is all there is. */
export interface Complete {
  lastTransaction: Date | undefined;
  last: WalSegment | undefined;
}

/** How many segments are looked into, back from the end, for the time of the last transaction. */
const segmentsToSearch = 20;

/** Compares the end of replay with what the archive holds on the way from the backup. */
export async function shortfallOf(
  archive: Archive,
  backup: EndedBackup,
  end: EndOfReplay,
  read: ReadSegment,
): Promise<Shortfall | Complete> {
  const way = new Way(archive, backup, end, memoized(read));
  const last = await way.lastToReach();
  if (last === undefined) return { last: undefined, lastTransaction: undefined };
  const lastTransaction = await way.lastTransaction();
  const { missingHistory } = walChain(archive, backup).path;
  if (missingHistory !== undefined) {
    const why = "is missing in the archive, so PostgreSQL does not find the timelines from there on";
    return { missed: missingHistory, why, isSoundNow: false, lastTransaction, last };
  }
  if (end.timeline < timelineOf(last.name)) {
    const missed = historyName(timelineOf(last.name));
    const why = `could not be read, so PostgreSQL stayed on timeline ${end.timeline}`;
    return { missed, why, isSoundNow: true, lastTransaction, last };
  }
  if (await way.isReached(last)) return { last, lastTransaction };
  return { ...(await way.firstMissed(last)), lastTransaction, last };
}

function memoized(read: ReadSegment): ReadSegment {
  const known = new Map<string, Promise<SegmentReport>>();
  return (segment) => {
    const content = known.get(segment.name) ?? read(segment);
    known.set(segment.name, content);
    return content;
  };
}

const nothing: ReplayedPart = { endsAt: undefined, lastRecordAt: undefined, lastTransaction: undefined };

/** The segments from a backup on, beside the place where replay ended. */
class Way {
  private readonly segments: SegmentList;
  private readonly backup: EndedBackup;
  private readonly end: EndOfReplay;
  private readonly read: ReadSegment;

  constructor(archive: Archive, backup: EndedBackup, end: EndOfReplay, read: ReadSegment) {
    // What is empty or of a wrong size was archived all the same.
    const damaged = archive.damaged.filter(({ isPartial }) => !isPartial);
    this.segments = segmentsOnTheWay(archive, backup);
    this.backup = backup;
    this.end = end;
    this.read = (segment) => {
      const known = damaged.find(({ name }) => name === segment.name);
      return known ? Promise.resolve({ problem: known.reason, replayed: undefined }) : read(segment);
    };
  }

  /** The last segment in which a record ends: one that a single record fills may have its end in one never archived. */
  async lastToReach(): Promise<WalSegment | undefined> {
    for (let at = this.segments.length - 1; at >= 0; at--) {
      const segment = this.segments.at(at);
      if (segment === undefined || this.startOf(segment) < this.endOrLast) return segment;
      const { problem, replayed } = await this.read(segment);
      const isFilled = problem === undefined && replayed !== undefined && replayed.endsAt === undefined;
      if (!isFilled) return segment;
    }
    return undefined;
  }

  /** Whether all that is in a segment was replayed, and it is whole. */
  async isReached(segment: WalSegment): Promise<boolean> {
    if (this.startOf(segment) >= this.endOrLast) return false;
    const report = await this.read(segment);
    return report.problem === undefined && this.hasReplayed(report);
  }

  /** What kept replay from going on. */
  async firstMissed(last: WalSegment): Promise<Pick<Shortfall, "missed" | "why" | "isSoundNow">> {
    const first = Math.floor(this.endOrLast / this.segmentBytes);
    const end = this.numberOf(last);
    for (let number = first; number <= end; number++) {
      const segment = this.segments.find((each) => this.numberOf(each) === number);
      if (segment === undefined) {
        const missed = segmentNameAt({ timeline: this.end.timeline, number }, this.segmentBytes);
        return { missed, why: "is missing in the archive", isSoundNow: false };
      }
      const report = await this.read(segment);
      const missed = segment.name;
      if (report.problem !== undefined) return { missed, why: report.problem, isSoundNow: false };
      if (this.hasReplayed(report)) continue;
      return { missed, why: "could not be read while the recovery ran", isSoundNow: true };
    }
    return { missed: last.name, why: "was not replayed to its end", isSoundNow: true };
  }

  /** Of what was replayed; undefined where no transaction ended in the last segments of it. */
  async lastTransaction(): Promise<Date | undefined> {
    const replayed = this.segments.filter((segment) => this.startOf(segment) <= this.endOrLast);
    for (const segment of [...replayed.slice(-segmentsToSearch)].reverse()) {
      const report = await this.read(segment);
      const time = this.hasReplayed(report) ? report.replayed?.lastTransaction : undefined;
      if (time !== undefined) return time;
    }
    return undefined;
  }

  /** As far as can be told: replay is in the segment, or beyond it. */
  private hasReplayed({ replayed: { endsAt, lastRecordAt } = nothing }: SegmentReport): boolean {
    if (this.end.endsAt !== undefined) return endsAt === undefined || this.end.endsAt >= endsAt;
    return lastRecordAt === undefined || this.endOrLast >= lastRecordAt;
  }

  private get endOrLast(): number {
    return this.end.endsAt ?? this.end.lastRecordAt ?? 0;
  }

  private get segmentBytes(): number {
    return this.backup.walSegmentBytes;
  }

  private numberOf({ name }: WalSegment): number {
    return positionOf(name, this.segmentBytes)?.number ?? 0;
  }

  private startOf(segment: WalSegment): number {
    return this.numberOf(segment) * this.segmentBytes;
  }
}
