import type { Archive } from "./archive.ts";
import type { BaseBackup } from "./base-backup.ts";
import { archiveUrl } from "./location.ts";
import { recoverability } from "./recoverability.ts";
import { recoveryProblem } from "./recovery-problem.ts";
import { momentAfter, shownBytes, shownTime } from "./units.ts";
import type { RecoveryTarget } from "./recovery-problem.ts";
import type { WalGap } from "./wal-chain.ts";

/** More gaps than this are not listed one by one. */
const shownGaps = 10;

/** What an archive holds and whether the target can be recovered from it, in a few lines for people. */
export function describeArchive(archive: Archive, target: RecoveryTarget = {}): string {
  const { firstPoint, lastWal, wal, orphans } = recoverability(archive);
  const { problem, warnings, loss } = recoveryProblem(archive, target);
  const verdict =
    loss === undefined ? "no problem found" : "possible, but not of everything that is archived";
  const lines = [
    archiveUrl(archive.location),
    `Base backups: ${archive.backups.length === 0 ? "none" : archive.backups.length}`,
    ...archive.backups.map((backup) => `  ${describeBackup(backup)}`),
    `First recoverability point: ${firstPoint === undefined ? "none" : momentAfter(firstPoint)}`,
    `Last WAL: ${lastWal === undefined ? "none" : `${lastWal.name}, archived at ${shownTime(lastWal.archivedAt)}`}`,
    ...(wal === undefined ? [] : describeGaps(wal.gaps)),
    ...(orphans.count === 0
      ? []
      : [`WAL older than the first backup: ${orphans.count} segments, ${shownBytes(orphans.bytes)}`]),
    `${describeTarget(target)}: ${problem ?? verdict}`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ];
  return lines.join("\n");
}

function describeBackup(backup: BaseBackup): string {
  const { id, status, extent, databaseBytes, storedBytes, missingFiles } = backup;
  const database = databaseBytes === undefined ? "" : ` of a database of ${shownBytes(databaseBytes)}`;
  const sizes = `${shownBytes(storedBytes)}${database}`;
  if (extent === undefined) return `${id}: ${status}, ${sizes}`;
  const missing = missingFiles.length === 0 ? "" : `, without ${missingFiles.join(", ")}`;
  const ended = `ended at ${momentAfter(extent.endTime)} on timeline ${extent.timeline}`;
  return `${id}: ${status}, ${ended}, ${sizes}${missing}`;
}

function describeGaps(gaps: WalGap[]): string[] {
  const more = gaps.length > shownGaps ? [`  and ${gaps.length - shownGaps} more`] : [];
  const listed = gaps.slice(0, shownGaps).map(({ first, last, count, damage }) => {
    if (damage !== undefined) return `  ${first} ${damage}`;
    return count === 1 ? `  ${first}` : `  ${first} to ${last} (${count} segments)`;
  });
  return [`Gaps in the WAL: ${gaps.length === 0 ? "none" : gaps.length}`, ...listed, ...more];
}

function describeTarget({ targetTime, backupId }: RecoveryTarget): string {
  const from = backupId === undefined ? "" : ` from backup ${backupId}`;
  return `Recovery${from} to ${targetTime ?? "the latest point"}`;
}
