import type { Archive } from "./archive.ts";
import type { BaseBackup } from "./base-backup.ts";
import { archiveUrl } from "./location.ts";
import { recoverability } from "./recoverability.ts";
import { recoveryProblem } from "./recovery-problem.ts";
import { momentAfter, shownBytes, shownTime } from "./units.ts";
import type { WalGap } from "./wal-chain.ts";

/** What an archive holds and what can be recovered from it, in a few lines for people. */
export function describeArchive(archive: Archive): string {
  const { firstPoint, lastWal, wal, orphans } = recoverability(archive);
  const { problem, warnings } = recoveryProblem(archive);
  const lines = [
    archiveUrl(archive.location),
    `Base backups: ${archive.backups.length === 0 ? "none" : archive.backups.length}`,
    ...archive.backups.map((backup) => `  ${describeBackup(backup)}`),
    `First recoverability point: ${firstPoint === undefined ? "none" : momentAfter(firstPoint)}`,
    `Last WAL: ${lastWal === undefined ? "none" : `${lastWal.name}, archived at ${shownTime(lastWal.archivedAt)}`}`,
    ...(wal === undefined ? [] : [`Gaps in the WAL: ${wal.gaps.length === 0 ? "none" : wal.gaps.length}`]),
    ...(wal?.gaps.map((gap) => `  ${describeGap(gap)}`) ?? []),
    ...(orphans.count === 0
      ? []
      : [`WAL older than the first backup: ${orphans.count} segments, ${shownBytes(orphans.bytes)}`]),
    problem === undefined
      ? "Recovery to the latest point: nothing stands against it"
      : `Recovery to the latest point: ${problem}`,
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

function describeGap({ first, last, count }: WalGap): string {
  return count === 1 ? first : `${first} to ${last} (${count} segments)`;
}
