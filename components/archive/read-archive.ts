import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";

import { s3Client } from "../s3/client.ts";
import type { S3Connection } from "../s3/connection.ts";
import { classify, S3Failure } from "../s3/failure.ts";
import type { Archive } from "./archive.ts";
import { withoutWrongSizes } from "./damage.ts";
import { parseBackup } from "./base-backup.ts";
import { listing } from "./listing.ts";
import type { HistoryFile, ListedObject, Listing } from "./listing.ts";
import { archiveUrl } from "./location.ts";
import type { ArchiveLocation } from "./location.ts";
import { historyText, parseHistory } from "./timeline-history.ts";
import type { TimelineHistory } from "./timeline-history.ts";
import { looksAt } from "./turns.ts";

/** Whether anything is there: WAL or backups of an earlier cluster, to which another one must not add its own. */
export function isOccupied(connection: S3Connection, location: ArchiveLocation): Promise<boolean> {
  return readWithin(connection, location, 30, (store) => hasObject(store, ""));
}

/** Whether there is an object whose name below the archive's prefix begins so. */
export async function hasObject(
  { client, location: { bucket, prefix }, abortSignal }: ArchiveReader,
  beginning: string,
): Promise<boolean> {
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/${beginning}`, MaxKeys: 1 });
  const { Contents } = await client.send(command, { abortSignal });
  return Contents !== undefined && Contents.length > 0;
}

/**
 * Reads the names of all objects of an archive, and what its `backup.info` and history files say. Throws an S3Failure if
 * it cannot, or not in time: a store lists some thousand objects a second.
 */
export function readArchive(
  connection: S3Connection,
  location: ArchiveLocation,
  timeoutSeconds = 120,
): Promise<Archive> {
  return readWithin(connection, location, timeoutSeconds, async (store) => {
    const readAt = new Date();
    const listed = await listing(pagesOf(store));
    return withoutWrongSizes({
      location,
      readAt,
      ...(await backupsOf(store, listed)),
      segments: listed.segments,
      partialSegments: listed.partialSegments,
      damaged: listed.damaged,
      histories: await inBatches(listed.histories, (file) => historyOf(store, file)),
    });
  });
}

/** An archive while it is read. */
export interface ArchiveReader {
  client: S3Client;
  location: ArchiveLocation;
  abortSignal: AbortSignal;
}

/**
 * The result of some requests, a few looks into a store at a time: an S3Failure where one of them fails, or the time is
 * over, which begins with its turn.
 */
export async function readWithin<T>(
  connection: S3Connection,
  location: ArchiveLocation,
  seconds: number,
  work: (store: ArchiveReader) => Promise<T>,
): Promise<T> {
  const client = s3Client(connection);
  let abortSignal: AbortSignal | undefined;
  const attempt = `read ${archiveUrl(location)}`;
  try {
    return await looksAt(connection).run(() => {
      abortSignal = AbortSignal.timeout(seconds * 1_000);
      return work({ client, location, abortSignal });
    });
  } catch (error) {
    // Where its turn never came, it is the error of a look before it.
    if (abortSignal?.aborted !== true)
      throw classify(error, { connection, bucket: location.bucket, attempt });
    throw new S3Failure(
      "network",
      `S3 network problem: could not ${attempt} at ${connection.endpoint} within ${seconds} s. Check the store's health and load.`,
    );
  } finally {
    client.destroy();
  }
}

/** The objects of an archive by name, as many at a time as the store lists. */
export async function* pagesOf({
  client,
  location,
  abortSignal,
}: ArchiveReader): AsyncGenerator<ListedObject[]> {
  const prefix = `${location.prefix}/`;
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: location.bucket, Prefix: prefix, ContinuationToken: token }),
      { abortSignal },
    );
    yield (page.Contents ?? []).flatMap(({ Key, Size, LastModified }) =>
      Key === undefined || LastModified === undefined
        ? []
        : [{ name: Key.slice(prefix.length), bytes: Size ?? 0, modifiedAt: LastModified }],
    );
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function backupsOf(
  store: ArchiveReader,
  listed: Listing,
): Promise<Pick<Archive, "backups" | "unreadableBackups">> {
  const known = [...listed.backups].filter(([, files]) => files.some(({ name }) => name === "backup.info"));
  const read = await inBatches(known, async ([id, files]) => {
    const info = await contentOf(store, `base/${id}/backup.info`);
    return info === undefined ? [] : [{ id, backup: parseBackup(id, Buffer.from(info).toString(), files) }];
  });
  return {
    backups: read.flat().flatMap(({ backup }) => backup ?? []),
    unreadableBackups: read.flat().flatMap(({ id, backup }) => (backup === undefined ? [id] : [])),
  };
}

async function historyOf(
  store: ArchiveReader,
  { name, timeline, packing }: HistoryFile,
): Promise<TimelineHistory> {
  const content = await contentOf(store, name);
  const text = content && (await historyText(packing, content));
  return { timeline, ancestors: text === undefined ? undefined : parseHistory(text) };
}

/** Undefined if it is gone: retention may delete what was listed a moment ago. */
export async function contentOf(
  { client, location, abortSignal }: ArchiveReader,
  name: string,
): Promise<Uint8Array | undefined> {
  const command = new GetObjectCommand({ Bucket: location.bucket, Key: `${location.prefix}/${name}` });
  try {
    const { Body } = await client.send(command, { abortSignal });
    return await Body?.transformToByteArray();
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return undefined;
    throw error;
  }
}

/** A few at a time: each request has a connection of its own. */
export async function inBatches<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += 8) {
    results.push(...(await Promise.all(items.slice(start, start + 8).map(work))));
  }
  return results;
}
