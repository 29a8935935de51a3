import { Readable, addAbortSignal } from "node:stream";

import { GetObjectCommand } from "@aws-sdk/client-s3";

import type { ArchiveReader } from "./read-archive.ts";

/** An object that was listed a moment ago, and that retention has deleted since. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}

/** The bytes of an object, by its name below the archive's prefix, as they come. Throws a GoneError if it is gone. */
export async function* objectBytes(
  { client, location, abortSignal }: ArchiveReader,
  name: string,
): AsyncGenerator<Uint8Array> {
  const command = new GetObjectCommand({ Bucket: location.bucket, Key: `${location.prefix}/${name}` });
  const { Body } = await client.send(command, { abortSignal }).catch((error: unknown) => {
    if (error instanceof Error && error.name === "NoSuchKey") throw new GoneError(name);
    throw error;
  });
  if (!(Body instanceof Readable)) return;
  // Of the request itself, the signal ends the wait for an answer only.
  const chunks: AsyncIterable<Uint8Array> = addAbortSignal(abortSignal, Body);
  yield* chunks;
}
