import type { Archive } from "./archive.ts";
import type { EndedBackup } from "./base-backup.ts";
import { archiveUrl } from "./location.ts";
import { endedBackups } from "./recoverability.ts";
import { momentAfter, shownTime } from "./units.ts";

/** The backup that CloudNativePG chooses, or why there is none. */
export function chosenBackup(
  archive: Archive,
  targetTime: Date | undefined,
  backupId: string | undefined,
): EndedBackup | string {
  const backups = endedBackups(archive);
  if (backups.length === 0) return noBackup(archive);
  const named = backups.filter(({ id }) => backupId === undefined || id === backupId);
  const [oldest] = named;
  if (oldest === undefined) {
    const known = backups.map(({ id }) => id).join(", ");
    return `there is no backup ${backupId ?? ""} at ${archiveUrl(archive.location)} that has ended. Available: ${known}.`;
  }
  const readWithin = named.filter(({ extent }) => targetTime === undefined || extent.endTime <= targetTime);
  return readWithin.at(-1) ?? tooEarly(oldest, targetTime ?? oldest.extent.endTime, backupId);
}

function noBackup(archive: Archive): string {
  const unfinished = archive.backups.map(({ id, status }) => `${id} is ${status}`).join(", ");
  const ended = unfinished === "" ? "" : ` that has ended (${unfinished})`;
  const wal = archive.segments.length === 0 ? "" : " There is WAL, but it needs a base backup to start from.";
  const check = "Check the bucket, the path, and the name of the cluster that was backed up.";
  return `there is no base backup${ended} at ${archiveUrl(archive.location)}.${wal} ${check}`;
}

function tooEarly({ id, extent }: EndedBackup, targetTime: Date, backupId: string | undefined): string {
  const end = momentAfter(extent.endTime);
  const backup = backupId === undefined ? `the oldest backup, ${id},` : `backup ${id}`;
  return `targetTime ${shownTime(targetTime)} is too early: ${backup} ended at ${end}. Choose that time or a later one.`;
}
