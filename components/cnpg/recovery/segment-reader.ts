import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";

import type { Store } from "../archive/read-archive.ts";
import { unpackedWhole } from "../archive/timeline-history.ts";
import { walContent } from "../archive/wal-records.ts";
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

async function unpackedObject(
  { client, location, abortSignal }: Store,
  key: string,
): Promise<{ bytes: Uint8Array } | { problem: string }> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: location.bucket, Key: key }), {
    abortSignal,
  });
  const packed = (await Body?.transformToByteArray()) ?? new Uint8Array();
  return packed.length === 0 ? { problem: "is empty" } : unpackedWhole(key, packed);
}
