import { type Duplex, Readable, pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

import { unbzip2 } from "./bzip2.ts";
import { unlz4 } from "./lz4.ts";
import { unsnappy } from "./snappy.ts";
import { unxz } from "./xz.ts";
import { wholeFrames } from "./zstd.ts";

/** What comes of a stream or a body. */
export type Chunks = AsyncIterable<Uint8Array>;

/** What cannot be unpacked: it is damaged, or was never packed this way. */
export class UnpackError extends Error {
  override readonly name = "UnpackError";
}

const unpackers = {
  "": (packed: Chunks) => packed,
  ".gz": (packed: Chunks) => through(packed, createGunzip()),
  ".zst": (packed: Chunks) => through(wholeFrames(packed), createZstdDecompress()),
  ".snappy": unsnappy,
  ".lz4": unlz4,
  ".bz2": unbzip2,
  ".xz": unxz,
} as const;

/** The endings that barman gives to what it compresses (3.19); none for what it does not. */
export type Packing = keyof typeof unpackers;

export const packings = Object.keys(unpackers).filter(isPacking);

export function isPacking(ending: string): ending is Packing {
  return Object.hasOwn(unpackers, ending);
}

/**
 * Unpacks what barman has packed, in memory that does not grow with it. Throws an UnpackError if it cannot; what reading
 * it throws is thrown on as it is.
 */
export async function* unpack(packing: Packing, packed: Chunks): AsyncGenerator<Uint8Array> {
  const source = watched(packed);
  try {
    yield* unpackers[packing](source.chunks);
  } catch (error) {
    const failure = source.failure();
    if (failure !== undefined) throw failure.error;
    throw new UnpackError(error instanceof Error ? error.message : String(error));
  } finally {
    // A caller that stops early must not keep a connection to the store.
    await source.chunks.return(undefined);
  }
}

/** The same chunks, and what ended them if it was not their end. */
function watched(chunks: Chunks): {
  chunks: AsyncGenerator<Uint8Array>;
  failure: () => { error: unknown } | undefined;
} {
  let failure: { error: unknown } | undefined;
  async function* watching(): AsyncGenerator<Uint8Array> {
    const iterator: AsyncIterator<Uint8Array, unknown> = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await iterator.next().catch((error: unknown) => {
          failure = { error };
          throw error;
        });
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { chunks: watching(), failure: () => failure };
}

/** The iteration ends with the first error, wherever that is. */
async function* through(packed: Chunks, transform: Duplex): AsyncGenerator<Uint8Array> {
  const unpacked: AsyncIterable<Uint8Array> = pipeline(Readable.from(packed), transform, () => undefined);
  yield* unpacked;
}

/** All of it, for what is small. Throws an UnpackError if it is more than `maxBytes`. */
export async function unpacked(packing: Packing, packed: Chunks, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of unpack(packing, packed)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new UnpackError(`it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
