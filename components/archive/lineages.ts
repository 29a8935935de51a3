import { ListObjectsV2Command } from "@aws-sdk/client-s3";

import type { S3Connection } from "../s3/connection.ts";
import { type ArchiveLocation, beginning } from "./location.ts";
import { type ArchiveReader, inBatches, readWithin } from "./read-archive.ts";
import { parseTime, shownTime } from "./units.ts";

/** What one server name below a cluster's prefix holds. */
export interface Lineage {
  serverName: string;

  /** Id of its newest base backup. */
  lastBackup: string | undefined;

  /** When its newest WAL was archived. */
  lastWal: Date | undefined;
}

/**
 * The lineages below the prefix of a cluster, `<path>/<cluster>`, that have WAL or base backups. A few requests for
 * each, however large it is. Throws an S3Failure.
 */
export function lineagesBelow(
  connection: S3Connection,
  cluster: ArchiveLocation,
  timeoutSeconds = 30,
): Promise<Lineage[]> {
  return readWithin(connection, cluster, timeoutSeconds, async (store) => {
    const { folders } = await listed(store, beginning(cluster.prefix));
    const lineages = await inBatches(folders, (serverName) => lineageOf(store, serverName));
    return lineages.filter(({ lastBackup, lastWal }) => lastBackup !== undefined || lastWal !== undefined);
  });
}

/** When it was last written to, as far as is known. */
export function newestIn({ lastBackup, lastWal }: Lineage): number {
  const [, day, time] = /^(\d{8})T(\d{6})$/.exec(lastBackup ?? "") ?? [];
  const begun =
    day === undefined || time === undefined
      ? undefined
      : parseTime(`${day.replace(/(....)(..)/, "$1-$2-")}T${time.replace(/(..)(..)/, "$1:$2:")}`);
  return Math.max(begun?.getTime() ?? 0, lastWal?.getTime() ?? 0);
}

export function describeLineage({ serverName, lastBackup, lastWal }: Lineage): string {
  const wal = lastWal === undefined ? "no WAL" : `last WAL ${shownTime(lastWal)}`;
  return `"${serverName}" (${lastBackup === undefined ? "no base backup" : `last base backup ${lastBackup}`}, ${wal})`;
}

async function lineageOf(store: ArchiveReader, serverName: string): Promise<Lineage> {
  const prefix = `${beginning(store.location.prefix)}${serverName}`;
  const [base, wals] = await Promise.all([
    listed(store, `${prefix}/base/`),
    listed(store, `${prefix}/wals/`),
  ]);
  // WAL is in folders by timeline and position, base backups by the time of their start: the last is the newest.
  const [lastBackup, newestWal] = [base.folders.at(-1), wals.folders.at(-1)];
  const newest = newestWal === undefined ? [] : (await listed(store, `${prefix}/wals/${newestWal}/`)).times;
  const lastWal = newest.length === 0 ? undefined : new Date(Math.max(...newest));
  return { serverName, lastBackup, lastWal };
}

/** What is right below a prefix: folders by name, and when its objects were written; of so many pages of the list. */
export async function listed(
  { client, location, abortSignal }: ArchiveReader,
  prefix: string,
  pages = Infinity,
): Promise<{ folders: string[]; times: number[] }> {
  const folders: string[] = [];
  const times: number[] = [];
  let token: string | undefined;
  let page = 0;
  do {
    const answer = await client.send(
      new ListObjectsV2Command({
        Bucket: location.bucket,
        Prefix: prefix,
        Delimiter: "/",
        ContinuationToken: token,
      }),
      { abortSignal },
    );
    for (const { Prefix } of answer.CommonPrefixes ?? []) {
      if (Prefix !== undefined) folders.push(Prefix.slice(prefix.length, -1));
    }
    for (const { LastModified } of answer.Contents ?? []) {
      if (LastModified !== undefined) times.push(LastModified.getTime());
    }
    token = answer.NextContinuationToken;
    page += 1;
  } while (token !== undefined && page < pages);
  return { folders: folders.sort(), times };
}
