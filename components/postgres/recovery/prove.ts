import { S3Failure } from "../../s3/failure.ts";
import type { S3Connection } from "../../s3/connection.ts";
import type { Archive } from "../../archive/archive.ts";
import { chosenBackup } from "../../archive/backup-choice.ts";
import type { EndedBackup } from "../../archive/base-backup.ts";
import { type ArchiveLocation, archiveUrl } from "../../archive/location.ts";
import { readWithin, readArchive } from "../../archive/read-archive.ts";
import { endedBackups } from "../../archive/recoverability.ts";
import type { RecoveryTarget } from "../../archive/recovery-problem.ts";
import { parseHistory } from "../../archive/timeline-history.ts";
import { parseTime } from "../../archive/units.ts";
import { positionOf } from "../../archive/wal-segment.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import { type SqlOutcome, runSql } from "../cluster/sql.ts";
import { type EndOfReplay, endInHistory } from "./end-of-replay.ts";
import { archiveAt, newestTimelineOf } from "./expected-end.ts";
import { segmentReader } from "../../archive/segment-reader.ts";
import { type Complete, type Shortfall, shortfallOf } from "./shortfall.ts";

/** A Cluster that was recovered and answers, and what it was recovered from. */
export interface Recovered {
  kubernetes: KubernetesArgs;
  namespace: string;

  /** The instance that takes writes. */
  pod: string;

  /** When the Cluster was made: the archive of then is what it has to have. */
  madeAt: Date;
  source: { archive: ArchiveLocation; connection: S3Connection; target: RecoveryTarget };

  /** Where it archives to itself: its history is there too. */
  own: { archive: ArchiveLocation; connection: S3Connection };
}

export type Proof =
  | ({ is: "complete" } & Complete)
  | { is: "short"; shortfall: Shortfall; later: EndedBackup | undefined }
  /** `isGone`: there is nothing left to compare with. */
  | { is: "unknown"; why: string; isGone?: boolean };

const secondsToRead = 120;

/** Whether a recovered database has all that its archive held when the recovery began. */
export async function proveRecovery(recovered: Recovered): Promise<Proof> {
  const { source, madeAt } = recovered;
  try {
    const archive = archiveAt(await readArchive(source.connection, source.archive, secondsToRead), madeAt);
    const backup = backupOf(archive, source.target);
    if (backup === undefined) {
      const why = `${archiveUrl(source.archive)} has no base backup any more`;
      return { is: "unknown", why, isGone: true };
    }
    const end = await endOfReplay(recovered, newestTimelineOf(archive));
    return "why" in end ? { is: "unknown", why: end.why } : await compared(source, archive, backup, end);
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
    return { is: "unknown", why: error.message };
  }
}

/** What was replayed, compared with what an archive holds. Throws an S3Failure. */
export async function compared(
  { connection, archive: location }: Pick<Recovered["source"], "connection" | "archive">,
  archive: Archive,
  backup: EndedBackup,
  end: EndOfReplay,
): Promise<Exclude<Proof, { is: "unknown" }>> {
  const found = await readWithin(connection, location, secondsToRead, (store) =>
    shortfallOf(archive, backup, end, segmentReader(store, archive)),
  );
  if (!("missed" in found)) return { is: "complete", ...found };
  return { is: "short", shortfall: found, later: laterBackup(archive, found.missed) };
}

/** The backup that CloudNativePG starts from. */
export function backupOf(
  archive: Archive,
  { backupId, targetTime }: RecoveryTarget,
): EndedBackup | undefined {
  const moment = targetTime === undefined ? undefined : parseTime(targetTime);
  const choice = chosenBackup(archive, moment, backupId);
  return typeof choice === "string" ? undefined : choice;
}

/** One that begins after a segment needs nothing of it. */
function laterBackup(archive: Archive, missed: string): EndedBackup | undefined {
  return endedBackups(archive).findLast(({ extent, walSegmentBytes }) => {
    const [begin, of] = [extent.beginWal, missed].map((name) => positionOf(name, walSegmentBytes)?.number);
    return begin !== undefined && of !== undefined && begin > of;
  });
}

/** A database that has just come up, on a machine with much to do, may miss the first deadline. */
async function askedAgain(ask: () => Promise<SqlOutcome>): Promise<SqlOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await ask();
    if (!("reason" in outcome) || outcome.isForbidden || attempt === 3) return outcome;
  }
}

/** The newest history file, which PostgreSQL keeps for good. */
const newestHistory =
  "select pg_read_file('pg_wal/' || name) from pg_ls_waldir() where name ~ '^[0-9A-F]{8}[.]history$' order by name desc limit 1";

async function endOfReplay(
  { kubernetes, namespace, pod, own }: Recovered,
  newestBefore: number,
): Promise<EndOfReplay | { why: string }> {
  const asked = await askedAgain(() => runSql(kubernetes, { namespace, pod }, newestHistory, 10_000));
  if ("text" in asked) {
    const notUnderstood = { why: `its timeline history is not understood: ${asked.text.slice(0, 200)}` };
    return endInHistory(parseHistory(asked.text) ?? [], newestBefore) ?? notUnderstood;
  }
  if (!asked.isForbidden) return { why: `PostgreSQL did not say where the recovery ended: ${asked.reason}` };
  // Who may not run psql in its pods finds the same file where it is archived.
  const { histories } = await readArchive(own.connection, own.archive, secondsToRead);
  const notThere = `this user may not run psql in its pods, and ${archiveUrl(own.archive)} has no history of it yet`;
  return endInHistory(histories.at(-1)?.ancestors ?? [], newestBefore) ?? { why: notThere };
}
