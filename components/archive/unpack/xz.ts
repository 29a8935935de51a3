import { ReadableStream } from "node:stream/web";

import xz from "xz-decompress";

import { endsEarly } from "./byte-reader.ts";

/** Xz, with its checksums. */
export async function* unxz(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* new xz.XzReadableStream(ReadableStream.from(packed));
  } catch (error) {
    throw new Error(problemOf(error), { cause: error });
  }
}

/** The library says a number of liblzma's at most. */
function problemOf(error: unknown): string {
  const code = error instanceof Error ? /error code (\d+)/.exec(error.message)?.[1] : undefined;
  if (code === "5") return "it does not begin as xz does";
  if (code === "7") return "a block in it cannot be unpacked, or its checksum does not fit";
  return code === undefined || code === "8" ? endsEarly : `xz ends with error ${code}`;
}
