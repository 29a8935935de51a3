import type { Archive } from "./archive.ts";
import type { EndedBackup } from "./base-backup.ts";
import { chosenBackup } from "./backup-choice.ts";
import { archiveUrl } from "./location.ts";
import { endedBackups, isFailed, isRestorable } from "./recoverability.ts";
import { momentAfter, parseTime, shownTime } from "./units.ts";
import { missingOwnWal, walChain } from "./wal-chain.ts";
import type { WalChain } from "./wal-chain.ts";

/** What to recover: by default everything there is, from the newest base backup. */
export interface RecoveryTarget {
  /** The point in time to get to, as in RFC 3339. */
  targetTime?: string | undefined;

  /** The base backup to start from. */
  backupId?: string | undefined;
}

/** What stands against a recovery. Each is a sentence, or a few. */
export interface RecoveryFindings {
  /** Why it is certain to fail, and what is available instead; undefined if it may succeed. */
  problem: string | undefined;

  /** What may make it fail, or end earlier than expected. */
  warnings: string[];

  /** One of the warnings: what is archived and beyond reach for good, where everything is asked for. */
  loss?: string;
}

/**
 * S3 stores refuse requests from hosts whose clocks are further off than this. So WAL that was archived at some time
 * holds no transaction that is newer by more.
 */
export const clockToleranceMs = 15 * 60_000;

/** WAL is archived in parallel, and retried: what is missing before segments as new as this may still come. */
const settlingMs = 10 * 60_000;

/** A doubt must not keep you from recovering: only what is certain is a problem, the rest are warnings. */
export function recoveryProblem(archive: Archive, target: RecoveryTarget = {}): RecoveryFindings {
  const targetTime = target.targetTime === undefined ? undefined : parseTime(target.targetTime);
  const warnings = notUnderstood(archive, target, targetTime);
  const choice = chosenBackup(archive, targetTime, target.backupId);
  if (typeof choice === "string") {
    // What was not understood may be what is asked for.
    return warnings.length === 0
      ? { problem: choice, warnings: [] }
      : { problem: undefined, warnings: [...warnings, choice] };
  }
  const chain = walChain(archive, choice);
  const end = endOfWal(archive, chain, targetTime);
  return {
    problem: backupProblem(archive, choice) ?? end.problem,
    warnings: [...warnings, ...backupWarnings(archive, choice, chain), ...(end.warnings ?? [])],
    ...(end.loss !== undefined && { loss: end.loss }),
  };
}

/** The first file that a recovery to the latest point cannot have, where there is more after it. */
export function firstMissed(archive: Archive, { backupId }: RecoveryTarget): string | undefined {
  const choice = chosenBackup(archive, undefined, backupId);
  if (typeof choice === "string") return undefined;
  const { gaps, path } = walChain(archive, choice);
  return gaps[0]?.first ?? path.missingHistory;
}

function notUnderstood(archive: Archive, target: RecoveryTarget, targetTime: Date | undefined): string[] {
  const backups = archive.unreadableBackups.map(
    (id) => `the backup.info of backup ${id} cannot be read, so this backup was not considered.`,
  );
  if (target.targetTime === undefined || targetTime !== undefined) return backups;
  return [`targetTime ${target.targetTime} cannot be read, so nothing was checked for it.`, ...backups];
}

function backupProblem(archive: Archive, backup: EndedBackup): string | undefined {
  const { id, missingFiles } = backup;
  const lacking = missingFiles.length > 0 ? missingFiles.join(", ") : missingOwnWal(archive, backup);
  if (lacking === undefined) return undefined;
  const what = missingFiles.length > 0 ? "its data" : "WAL that it needs to be consistent";
  const damage = archive.damaged.find(({ name }) => name === lacking)?.reason;
  const why = damage ?? "is missing or empty in the archive";
  return `backup ${id} cannot be restored: ${lacking}, ${what}, ${why}. ${alternative(archive, backup)}`;
}

function alternative(archive: Archive, backup: EndedBackup): string {
  const others = endedBackups(archive).filter(
    (other) => other.id !== backup.id && isRestorable(archive, other),
  );
  const older = others.findLast(({ extent }) => extent.endTime <= backup.extent.endTime) ?? others[0];
  return older === undefined
    ? "There is no other backup that can be restored."
    : `Set backupId to ${older.id}, which ended at ${momentAfter(older.extent.endTime)} and can be restored.`;
}

function backupWarnings(archive: Archive, backup: EndedBackup, { path }: WalChain): string[] {
  const systems = new Set(archive.backups.flatMap(({ systemId }) => systemId ?? []));
  return [
    isFailed(backup) &&
      `backup ${backup.id} failed, but CloudNativePG would start from it. ${alternative(archive, backup)}`,
    path.forkedTo !== undefined &&
      `timeline ${path.forkedTo} does not come from backup ${backup.id} on timeline ${backup.extent.timeline}: PostgreSQL may refuse to recover to the latest timeline from it.`,
    systems.size > 1 &&
      `the backups at ${archiveUrl(archive.location)} are of ${systems.size} different database clusters (system identifiers ${[...systems].join(", ")}), so their WAL may be mixed.`,
  ].filter((warning) => warning !== false);
}

/** How far the WAL gets, where that is not as far as is asked for. */
function endOfWal(
  archive: Archive,
  chain: WalChain,
  targetTime: Date | undefined,
): { problem?: string; warnings?: string[]; loss?: string } {
  const loss = lossSentence(chain, targetTime !== undefined);
  const { reachedAt } = chain;
  if (loss === undefined) {
    const isLate = targetTime !== undefined && reachedAt !== undefined && targetTime > reachedAt;
    return isLate ? { warnings: [notReached(reachedAt, targetTime)] } : {};
  }
  if (targetTime === undefined) {
    return { warnings: [loss], ...(isSettled(archive, chain) && { loss }) };
  }
  const distance = targetTime.getTime() - (reachedAt?.getTime() ?? 0);
  if (distance < -clockToleranceMs) return {};
  return distance > clockToleranceMs && isSettled(archive, chain) ? { problem: loss } : { warnings: [loss] };
}

function lossSentence(
  { gaps: [gap], path, reached, reachedAt }: WalChain,
  hasTarget: boolean,
): string | undefined {
  const until = reachedAt === undefined ? "nothing" : `nothing after ${shownTime(reachedAt)}`;
  const from = reached === undefined ? "" : ` Recovery gets to the end of WAL ${reached.name}.`;
  if (gap?.damage !== undefined) {
    const choices = hasTarget
      ? "Choose an earlier targetTime, or another backup."
      : "Set targetTime to a moment before that, or choose a later backup if there is one. Otherwise recovery stops there.";
    return `WAL ${gap.first} ${gap.damage}. So ${until} can be restored from this backup.${from} ${choices}`;
  }
  if (gap !== undefined) {
    const missing =
      gap.count === 1 ? `WAL ${gap.first} is` : `WAL ${gap.first} to ${gap.last} (${gap.count} segments) are`;
    return `${missing} missing, so ${until} can be restored from this backup.${from}`;
  }
  if (path.missingHistory === undefined) return undefined;
  return `${path.missingHistory} is missing, so PostgreSQL cannot find that timeline or later ones, and ${until} can be restored from this backup.${from}`;
}

/** Whether all that follows a gap is old enough for the gap to stay. */
function isSettled({ readAt }: Archive, { gaps: [gap] }: WalChain): boolean {
  return gap?.next === undefined || readAt.getTime() - gap.next.archivedAt.getTime() > settlingMs;
}

function notReached(reachedAt: Date, targetTime: Date): string {
  return (
    `the last WAL was archived at ${shownTime(reachedAt)}, before targetTime ${shownTime(targetTime)}. Unless newer WAL` +
    " arrives, PostgreSQL ends with “recovery ended before configured recovery target was reached”. To recover" +
    " everything that is archived, leave targetTime out."
  );
}
