import { Readable } from "node:stream";

import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";

import type { Store } from "../archive/read-archive.ts";
import { UnpackError, isPacking, unpacked } from "../archive/unpack/unpack.ts";
import { walContent } from "../archive/wal-content.ts";
import type { ReadSegment } from "./shortfall.ts";

/** Looks into segments of an archive, whole and one at a time; throws where the store does not answer. */
export function segmentReader(store: Store): ReadSegment {
  return async ({ name }) => {
    const object = await newestCopy(store, name);
    if (object === undefined) return { problem: "is missing in the archive" };
    const unpacked = await unpackedObject(store, object);
    return "problem" in unpacked ? unpacked : walContent(unpacked.bytes);
  };
}

/** A segment may be there twice, when the compression was changed and it was archived again. */
async function newestCopy(
  { client, location, abortSignal }: Store,
  name: string,
): Promise<string | undefined> {
  const { bucket, prefix } = location;
  const Prefix = `${prefix}/wals/${name.slice(0, 16)}/${name}`;
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }), {
    abortSignal,
  });
  const copies = Contents.filter(({ Key }) => !Key?.includes(".partial"));
  return copies.sort((a, b) => (a.LastModified?.getTime() ?? 0) - (b.LastModified?.getTime() ?? 0)).at(-1)
    ?.Key;
}

/** PostgreSQL's largest segments have this size. */
const maxSegmentBytes = 2 ** 30;

async function unpackedObject(
  { client, location, abortSignal }: Store,
  key: string,
): Promise<{ bytes: Uint8Array } | { problem: string }> {
  const packing = key.slice(key.lastIndexOf("/") + 1 + 24);
  if (!isPacking(packing)) return { problem: `has the unknown ending ${packing}` };
  const { Body, ContentLength } = await client.send(
    new GetObjectCommand({ Bucket: location.bucket, Key: key }),
    { abortSignal },
  );
  if (ContentLength === 0 || !(Body instanceof Readable)) return { problem: "is empty" };
  try {
    return { bytes: await unpacked(packing, Body, maxSegmentBytes) };
  } catch (error) {
    if (error instanceof UnpackError) return { problem: `cannot be unpacked: ${error.message}` };
    throw error;
  }
}
