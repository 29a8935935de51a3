import { ListObjectsV2Command } from "@aws-sdk/client-s3";

import type { S3Connection } from "../s3/connection.ts";
import { parseBackup } from "./base-backup.ts";
import { listed } from "./lineages.ts";
import type { ArchiveLocation } from "./location.ts";
import { type ArchiveReader, readWithin } from "./read-archive.ts";
import { GoneError, objectBytes } from "./read-object.ts";
import { UnpackError, isPacking, unpack } from "./unpack/unpack.ts";
import { segmentHead } from "./wal-pages.ts";

/**
 * The system identifiers of what is archived in a place, by its oldest and newest base backup and its first WAL: a few
 * small requests, however large it is. None where it is empty, or nothing in it can be read. Throws an S3Failure.
 */
export function systemIdsIn(
  connection: S3Connection,
  location: ArchiveLocation,
  timeoutSeconds = 30,
): Promise<string[]> {
  return readWithin(connection, location, timeoutSeconds, async (store) => {
    const { folders } = await listed(store, `${location.prefix}/base/`);
    const ends = [...new Set([folders[0], folders.at(-1)])].flatMap((id) => id ?? []);
    const found = await Promise.all([...ends.map((id) => ofBackup(store, id)), ofFirstWal(store)]);
    return [...new Set(found.flatMap((id) => id ?? []))];
  });
}

async function ofBackup(store: ArchiveReader, id: string): Promise<string | undefined> {
  const info = await bytesOf(objectBytes(store, `base/${id}/backup.info`), Infinity);
  return info && parseBackup(id, info.toString(), [])?.systemId;
}

async function ofFirstWal(store: ArchiveReader): Promise<string | undefined> {
  const { bucket, prefix } = store.location;
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/wals/`, MaxKeys: 10 });
  const { Contents = [] } = await store.client.send(command, { abortSignal: store.abortSignal });
  for (const { Key = "" } of Contents) {
    const [, name = "", ending = ""] = /(wals\/[0-9A-F]{16}\/[0-9A-F]{24})(\.\w+)?$/.exec(Key) ?? [];
    if (name === "" || !isPacking(ending)) continue;
    const start = await bytesOf(unpack(ending, objectBytes(store, name + ending)), 64);
    const head = start && segmentHead(start);
    return typeof head === "object" ? head.systemId : undefined;
  }
  return undefined;
}

/** As many as are wanted from the start, or all; undefined where they are gone meanwhile, or cannot be unpacked. */
async function bytesOf(chunks: AsyncIterable<Uint8Array>, wanted: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      parts.push(chunk);
      length += chunk.length;
      if (length >= wanted) break;
    }
  } catch (error) {
    if (error instanceof GoneError || error instanceof UnpackError) return undefined;
    throw error;
  }
  return Buffer.concat(parts);
}
