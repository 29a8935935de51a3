import { uncompress } from "snappyjs";

import { ByteReader } from "./byte-reader.ts";
import { crc32c } from "./crc32c.ts";

/** A frame holds at most this much, unpacked. */
const frameBytes = 65_536;

/** What that is packed at most, with its checksum. */
const packedBytes = 4 + 32 + frameBytes + Math.ceil(frameBytes / 6);

const kinds = { packed: 0x00, plain: 0x01, firstSkippable: 0x80, streamStart: 0xff };

/**
 * Snappy's framing format, https://github.com/google/snappy/blob/main/framing_format.txt. It has no mark at its end: one
 * that is cut between two frames is just shorter.
 */
export async function* unsnappy(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(packed);
  const start = await reader.read(10);
  if (start.toString("latin1") !== "\xff\x06\0\0sNaPpY") throw new Error("it does not begin as snappy does");
  for (;;) {
    const head = await reader.readAll(4);
    if (head === undefined) return;
    const kind = head.readUInt8(0);
    const length = head.readUIntLE(1, 3);
    if (kind === kinds.packed || kind === kinds.plain) yield await frame(reader, kind, length);
    else if (kind < kinds.firstSkippable) throw new Error(`it has a frame of unknown kind ${kind}`);
    else await skip(reader, length);
  }
}

async function frame(reader: ByteReader, kind: number, length: number): Promise<Uint8Array> {
  if (length < 4 || length > packedBytes) throw new Error(`it has a frame of ${length} bytes`);
  const content = await reader.readMore(length);
  const data = content.subarray(4);
  const bytes = kind === kinds.plain ? data : uncompress(data, frameBytes);
  if (maskedChecksum(bytes) !== content.readUInt32LE(0)) throw new Error("a checksum in it does not fit");
  return bytes;
}

/** Rotated and added to, so that a checksum of data that holds checksums is one too. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

async function skip(reader: ByteReader, length: number): Promise<void> {
  for (let left = length; left > 0; left -= frameBytes) await reader.readMore(Math.min(left, frameBytes));
}
