import type { Ancestor } from "../../archive/timeline-history.ts";
import { lsnBytes } from "../../archive/wal-segment.ts";

/** How far a recovery has come: what came after it is not in the database. */
export interface EndOfReplay {
  /** The timeline whose WAL was replayed last. */
  timeline: number;

  /** The end of the last record that was replayed (LSN), as the new timeline's history file has it. */
  endsAt?: number;

  /** The start of that record, as PostgreSQL's log has it. One of the two is there. */
  lastRecordAt?: number;
}

/**
 * The end of replay, by the history file of a recovered cluster. PostgreSQL notes there, for good, where it left the WAL
 * that it was given and began a timeline of its own.
 * @param newestBefore the newest timeline of the archive that it was recovered from; later ones are its own failovers
 */
export function endInHistory(ancestors: readonly Ancestor[], newestBefore: number): EndOfReplay | undefined {
  const last = ancestors.findLast(({ timeline }) => timeline <= newestBefore);
  return last && { timeline: last.timeline, endsAt: lsnBytes(last.switchPoint) };
}
