import type { Archive } from "./archive.ts";
import { hasEnded } from "./base-backup.ts";
import type { BaseBackup, EndedBackup } from "./base-backup.ts";
import { missingOwnWal, walChain } from "./wal-chain.ts";
import type { WalChain } from "./wal-chain.ts";
import { positionOf } from "./wal-segment.ts";
import type { SegmentList } from "./segments.ts";
import type { WalSegment } from "./wal-segment.ts";

/** What can be restored from an archive. */
export interface Recoverability {
  /** The oldest backup that can be restored. */
  oldest: EndedBackup | undefined;

  /** Its end: the earliest time that can be restored. */
  firstPoint: Date | undefined;

  /** The segment that was archived last, on whichever timeline. */
  lastWal: WalSegment | undefined;

  /** The WAL from the oldest backup on, with its gaps. */
  wal: WalChain | undefined;

  /** WAL from before the first backup, which no backup needs. Retention does not delete it as long as that backup stays. */
  orphans: { count: number; bytes: number };
}

export function recoverability(archive: Archive): Recoverability {
  const oldest = endedBackups(archive).find((backup) => isRestorable(archive, backup));
  return {
    oldest,
    firstPoint: oldest?.extent.endTime,
    lastWal: lastArchived(archive.segments),
    wal: oldest && walChain(archive, oldest),
    orphans: orphansOf(archive),
  };
}

/** Those that CloudNativePG chooses from, oldest first. It does not look at their status. */
export function endedBackups({ backups }: Archive): EndedBackup[] {
  return backups.filter(hasEnded).sort((a, b) => a.extent.beginTime.getTime() - b.extent.beginTime.getTime());
}

export function isRestorable(archive: Archive, backup: EndedBackup): boolean {
  return (
    !isFailed(backup) && backup.missingFiles.length === 0 && missingOwnWal(archive, backup) === undefined
  );
}

/** A backup can fail after it has ended: while the rest of it is sent to the store. */
export function isFailed(backup: BaseBackup): boolean {
  return backup.status === "FAILED";
}

function lastArchived(segments: SegmentList): WalSegment | undefined {
  let last = segments.at(0);
  for (const segment of segments)
    if (last === undefined || segment.archivedAt > last.archivedAt) last = segment;
  return last;
}

/** Before the first backup in the catalog, usable or not: of a backup that is just being taken, the WAL is needed too. */
function orphansOf(archive: Archive): Recoverability["orphans"] {
  const [first] = endedBackups(archive);
  if (first === undefined) return { count: 0, bytes: 0 };
  const { extent, walSegmentBytes } = first;
  const begin = positionOf(extent.beginWal, walSegmentBytes)?.number ?? 0;
  const orphans = archive.segments.filter(({ name }) => {
    const position = positionOf(name, walSegmentBytes);
    return position !== undefined && position.number < begin && position.timeline <= extent.timeline;
  });
  let sum = 0;
  for (const { bytes } of orphans) sum += bytes;
  return { count: orphans.length, bytes: sum };
}
