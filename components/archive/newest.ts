import { ListObjectsV2Command } from "@aws-sdk/client-s3";

import type { S3Connection } from "../s3/connection.ts";
import { archiveObject } from "./archive-object.ts";
import { type BackupFile, type EndedBackup, hasEnded, parseBackup } from "./base-backup.ts";
import { listed } from "./lineages.ts";
import type { ArchiveLocation } from "./location.ts";
import { type ArchiveReader, contentOf, inBatches, readWithin } from "./read-archive.ts";
import { positionOf, segmentNameAt, timelineOf } from "./wal-segment.ts";

/** The newest of what an archive holds: enough to tell whether anything gets there still. */
export interface Newest {
  /** How many base backups there are, complete or not. */
  count: number;

  /** The newest base backup that can be restored. */
  complete: EndedBackup | undefined;

  /** Those that began after it, or a good many of them, newest first. */
  incomplete: Attempt[];

  /** A segment of WAL that PostgreSQL had written to its end when the newest backup ended, and that never came. */
  missingWal: string | undefined;
}

/** A base backup of which there is nothing to restore. */
export interface Attempt {
  id: string;

  /** What there is of it, as in "20261122T020000 …". */
  is: string;
}

/** Among this many of the newest there is one that is complete, or something is wrong for weeks. */
const mostAttempts = 32;

/** What is newest in an archive: about a dozen requests, however many objects it has. Throws an S3Failure. */
export function lookAtNewest(
  connection: S3Connection,
  location: ArchiveLocation,
  timeoutSeconds = 30,
): Promise<Newest> {
  return readWithin(connection, location, timeoutSeconds, async (store) => {
    const { folders } = await listed(store, `${location.prefix}/base/`);
    const { complete, incomplete } = await newestComplete(store, folders.toReversed());
    const missing = await missingWal(store, complete);
    return { count: folders.length, complete: complete[0], incomplete, missingWal: missing };
  });
}

/** The two newest that are complete, and what is newer than both. */
async function newestComplete(
  store: ArchiveReader,
  ids: string[],
): Promise<{ complete: EndedBackup[]; incomplete: Attempt[] }> {
  const complete: EndedBackup[] = [];
  const incomplete: Attempt[] = [];
  for (let at = 0; at < Math.min(ids.length, mostAttempts) && complete.length < 2; at += 4) {
    for (const backup of await inBatches(ids.slice(at, at + 4), (id) => backupOf(store, id))) {
      if (!("is" in backup)) complete.push(backup);
      else if (complete.length === 0) incomplete.push(backup);
    }
  }
  return { complete, incomplete };
}

async function backupOf(store: ArchiveReader, id: string): Promise<EndedBackup | Attempt> {
  const [info, files] = await Promise.all([contentOf(store, `base/${id}/backup.info`), filesOf(store, id)]);
  if (info === undefined) return { id, is: "has no backup.info" };
  const backup = parseBackup(id, Buffer.from(info).toString(), files);
  if (backup === undefined) return { id, is: "has a backup.info that cannot be read" };
  if (backup.status !== "DONE" || !hasEnded(backup)) return { id, is: `is ${backup.status}` };
  return backup.missingFiles.length > 0 ? { id, is: `lacks ${backup.missingFiles[0] ?? ""}` } : backup;
}

async function filesOf(store: ArchiveReader, id: string): Promise<BackupFile[]> {
  const page = await objectsAfter(store, `base/${id}/`);
  return page.map(({ name, bytes }) => ({ name: name.slice(`base/${id}/`.length), bytes }));
}

/**
 * WAL that was complete when the newest backup ended, where nothing from it on is in the archive. The last segment of a
 * backup may not be: of a standby's it is the one that the primary still writes to, for days if it is not in use.
 */
async function missingWal(
  store: ArchiveReader,
  [newest, before]: EndedBackup[],
): Promise<string | undefined> {
  if (newest === undefined) return undefined;
  const { walSegmentBytes } = newest;
  const { beginWal, endWal } = newest.extent;
  const last = positionOf(endWal, walSegmentBytes);
  if (last === undefined || last.number === 0) return undefined;
  const wal = segmentNameAt({ ...last, number: last.number - 1 }, walSegmentBytes);
  // What the timeline is known to have: it may have begun with the segment in which the backup ends.
  const isSame = before !== undefined && timelineOf(before.extent.endWal) === timelineOf(endWal);
  if (wal < (isSame ? before.extent.endWal : beginWal)) return undefined;
  const found = await objectsAfter(store, "wals/", `wals/${wal.slice(0, 16)}/${wal.slice(0, -1)}`);
  const isThere = found.some(({ name }) => {
    const object = archiveObject(name);
    return object?.kind === "segment" && object.name >= wal;
  });
  return isThere ? undefined : wal;
}

/** The first page of the objects below a prefix, or of those of them that come after a name. */
async function objectsAfter(
  { client, location: { bucket, prefix }, abortSignal }: ArchiveReader,
  below: string,
  after?: string,
): Promise<BackupFile[]> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: `${prefix}/${below}`,
    ...(after !== undefined && { StartAfter: `${prefix}/${after}` }),
  });
  const { Contents = [] } = await client.send(command, { abortSignal });
  return Contents.flatMap(({ Key, Size }) =>
    Key === undefined ? [] : [{ name: Key.slice(prefix.length + 1), bytes: Size ?? 0 }],
  );
}
