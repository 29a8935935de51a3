import { z } from "zod";

import type { S3Connection } from "../../s3/connection.ts";
import type { ArchiveLocation } from "../../archive/location.ts";
import { archiveUrl } from "../../archive/location.ts";
import { type Newest, lookAtNewest } from "../../archive/newest.ts";
import { hasObject, readWithin } from "../../archive/read-archive.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import { runSql } from "../cluster/sql.ts";
import { shownSpan } from "../preflight/backups-judged.ts";
import type { Plan } from "../plan/plan.ts";

/** What PostgreSQL itself takes for archived, by its own clock. */
export interface Archiver {
  /** The last file of WAL that the archive command took. */
  lastWal: string;

  /** How many files wait for it, and the oldest of them for how many seconds. */
  waiting: number;
  waitingSeconds: number;
}

/** archive_timeout is 5 minutes, the archiver tries again each minute. */
const longestWait = 15 * 60;

/**
 * What is wrong with the archive of a database that answers, although its conditions say that all is well: the last WAL
 * that PostgreSQL counts as archived is not in the bucket, or the archive command hangs. It goes by what PostgreSQL has
 * written: one that nobody uses archives nothing for days, and that is well.
 */
export async function archiveProblems(
  plan: Pick<Plan, "namespace" | "clusterName" | "archive">,
  primary: string | undefined,
  kubernetes: KubernetesArgs,
  target: S3Connection,
): Promise<string[]> {
  const archiver = primary === undefined ? undefined : await archiverOf(plan.namespace, primary, kubernetes);
  if (archiver === undefined) return [];
  const isMissing = await isLastWalMissing(target, plan.archive, archiver.lastWal).catch(() => false);
  return [
    ...(isMissing ? [missing(archiver.lastWal, plan)] : []),
    ...(archiver.waiting > 0 && archiver.waitingSeconds > longestWait ? [hanging(archiver, plan)] : []),
  ];
}

/** Undefined for a database that cannot be asked, and for one that follows another and archives nothing. */
async function archiverOf(
  namespace: string,
  primary: string,
  kubernetes: KubernetesArgs,
): Promise<Archiver | undefined> {
  const outcome = await runSql(kubernetes, { namespace, pod: primary }, archiverQuery, 10_000);
  return "text" in outcome ? parseArchiver(outcome.text) : undefined;
}

const archiverQuery =
  "select coalesce(last_archived_wal, ''), count(name), coalesce(extract(epoch from now() - min(modification)), 0)::bigint " +
  "from pg_stat_archiver left join pg_ls_archive_statusdir() on name like '%.ready' " +
  "where not pg_is_in_recovery() group by 1";

const row = z.tuple([z.string(), z.coerce.number().int(), z.coerce.number()]);

/** As psql prints it, unaligned. */
export function parseArchiver(text: string): Archiver | undefined {
  const found = row.safeParse(text.split("|"));
  if (!found.success) return undefined;
  const [lastWal, waiting, waitingSeconds] = found.data;
  return { lastWal, waiting, waitingSeconds };
}

/**
 * Whether the bucket lacks a file of WAL that it must have. What is older than the newest base backup retention may have
 * deleted, and a move to another place left behind; PostgreSQL counts it from before all the same.
 */
export async function isLastWalMissing(
  target: S3Connection,
  location: ArchiveLocation,
  lastWal: string,
): Promise<boolean> {
  const segment = /^[0-9A-F]{24}/.exec(lastWal)?.[0];
  if (segment === undefined) return false;
  const isThere = await readWithin(target, location, 30, (store) =>
    hasObject(store, `wals/${segment.slice(0, 16)}/${lastWal}`),
  );
  if (isThere) return false;
  const { complete }: Newest = await lookAtNewest(target, location);
  return complete !== undefined && segment >= complete.extent.beginWal;
}

const missing = (
  wal: string,
  { namespace, clusterName, archive }: Parameters<typeof archiveProblems>[0],
): string =>
  `counts WAL ${wal} as archived, and it is not at ${archiveUrl(archive)}, whatever the condition ContinuousArchiving ` +
  "says: what is written now cannot be recovered. Either its WAL goes elsewhere (another store behind the endpoint, a " +
  "plugin that is switched off), or something deletes objects there. See " +
  `kubectl -n ${namespace} describe clusters.postgresql.cnpg.io ${clusterName}, and the logs of its pods' container ` +
  "plugin-barman-cloud.";

const hanging = (
  { waiting, waitingSeconds }: Archiver,
  { namespace, clusterName }: Parameters<typeof archiveProblems>[0],
): string =>
  `has ${waiting} ${waiting === 1 ? "file" : "files"} of WAL that wait to be archived, the oldest for ` +
  `${shownSpan(waitingSeconds)}: the archive command hangs, or is slower than what is written. Until they are in the ` +
  "store, what is in them cannot be recovered, and they fill the volume. See the logs of its pods: kubectl -n " +
  `${namespace} logs -l cnpg.io/cluster=${clusterName} --all-containers --tail=100`;
