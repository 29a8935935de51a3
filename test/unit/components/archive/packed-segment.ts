import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdCompressSync } from "node:zlib";

import { positionOf } from "../../../../components/archive/wal-segment.ts";
import { crc32c } from "../../../../components/archive/unpack/crc32c.ts";
import type { Packing } from "../../../../components/archive/unpack/unpack.ts";

/**
 * A segment of PostgreSQL 15 (`initdb --wal-segsize=1`): one insert, and the end of a `pg_switch_wal()`, which leaves the
 * rest of it zero.
 */
export const packedSegment = {
  name: "000000010000000000000008",
  bytes: 2 ** 20,
  systemId: "7713977319804120859",
  sha256: "23d51535679d1b4a576228f107b927033b2a0831ec9b90a5be8e4f5e0c50b1f9",
};

/**
 * The segment as barman 3.19.1 packs it: `barman.clients.cloud_compression.compress(file, "zstd", None)` and so on, with
 * python-snappy 0.7.3, cramjam 2.14.0, lz4 4.4.5 and zstandard 0.25.0. The one of snappy, of 50 kB, is kept in gzip.
 */
export function packedAs(packing: Packing): Buffer {
  const file = join(import.meta.dirname, "fixtures", packedSegment.name);
  if (packing === "") return gunzipSync(readFileSync(`${file}.gz`));
  return packing === ".snappy" ? gunzipSync(readFileSync(`${file}.snappy.gz`)) : readFileSync(file + packing);
}

/** Bytes in chunks of a size, as they come from a store. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    // As from a store: not at once.
    yield await Promise.resolve(bytes.subarray(start, start + size));
  }
}

/** A whole segment of that name: the one above, where it says which one it is. Packed by zstd. */
export function wholeSegment(
  name: string,
  {
    bytes = packedSegment.bytes,
    systemId = "7575757575757575757",
  }: { bytes?: number; systemId?: string } = {},
): Buffer {
  const segment = Buffer.alloc(bytes);
  packedAs("").copy(segment, 0, 0, 8192);
  const position = positionOf(name, bytes);
  if (position === undefined) throw new Error(`${name} is no segment of ${bytes} bytes`);
  segment.writeUInt32LE(position.timeline, 4);
  segment.writeBigUInt64LE(BigInt(position.number) * BigInt(bytes), 8);
  segment.writeBigUInt64LE(BigInt(systemId), 24);
  segment.writeUInt32LE(bytes, 32);
  moveRecords(segment, position.number * bytes);
  return zstdCompressSync(segment);
}

/** Each record says where the one before it starts, and has a checksum of that. */
function moveRecords(segment: Buffer, startsAt: number): void {
  const headOfPage = 40;
  let previous = 0;
  for (let at = headOfPage; segment.readUInt32LE(at) !== 0;) {
    const record = segment.subarray(at, at + segment.readUInt32LE(at));
    record.writeBigUInt64LE(BigInt(startsAt + previous), 8);
    const ofData = crc32c(record, 24, record.length, 0);
    record.writeUInt32LE(crc32c(record, 0, 20, ofData), 20);
    previous = at;
    at += Math.ceil(record.length / 8) * 8;
  }
}
