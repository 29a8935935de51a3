// Its stream holds the output of a block as an array of numbers: 300 MB where a segment of 16 MiB is all zeros.
import bzip2 from "unbzip2-stream/lib/bzip2.js";

import { ByteReader, endsEarly } from "./byte-reader.ts";

/** More than a block takes, packed, even if it cannot be compressed. */
const blockBytes = 1_200_000;

/** Bzip2, one block at a time, with its checksums; a few streams after each other are one. */
export async function* unbzip2(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(packed);
  let bits = new BitReader(await reader.read(blockBytes));
  let symbols: Int32Array | undefined;
  let checksum: number | null = 0;
  do {
    const { rest, offset } = bits;
    bits = new BitReader(Buffer.concat([rest, await reader.read(blockBytes - rest.length)]), offset);
    if (symbols === undefined) {
      symbols = new Int32Array(100_000 * headOf(bits));
      checksum = 0;
      continue;
    }
    const output = new Output();
    checksum = unpackBlock(bits, symbols, checksum ?? 0, output);
    yield* output.chunks();
    if (checksum === null) symbols = undefined;
  } while (symbols !== undefined || bits.rest.length > 0);
}

function headOf(bits: BitReader): number {
  try {
    return bzip2.header(bits.read);
  } catch (error) {
    throw bits.isAtEnd ? error : new Error("it does not begin as bzip2 does");
  }
}

function unpackBlock(bits: BitReader, symbols: Int32Array, checksum: number, output: Output): number | null {
  try {
    return bzip2.decompress(bits.read, output.add, symbols, symbols.length, checksum);
  } catch (error) {
    // Its own words are jokes.
    throw bits.isAtEnd ? error : new Error("a block in it cannot be unpacked, or its checksum does not fit");
  }
}

/** Bits of a buffer, the highest of a byte first. */
class BitReader {
  private readonly bytes: Buffer;
  private position: number;

  /** Whether bits were asked for that there are not. */
  isAtEnd = false;

  constructor(bytes: Buffer, offset = 0) {
    this.bytes = bytes;
    this.position = offset;
  }

  /** Bits of the next byte that are read already. */
  get offset(): number {
    return this.position % 8;
  }

  get rest(): Buffer {
    return this.bytes.subarray(Math.floor(this.position / 8));
  }

  /** Null: go to the next whole byte. */
  readonly read = (count: number | null): number => {
    if (count === null) {
      this.position = Math.ceil(this.position / 8) * 8;
      return 0;
    }
    let result = 0;
    for (let left = count; left > 0;) {
      const byte = this.bytes[this.position >> 3];
      if (byte === undefined) {
        this.isAtEnd = true;
        throw new Error(endsEarly);
      }
      const available = 8 - (this.position & 7);
      const taken = Math.min(left, available);
      result = (result << taken) | ((byte >> (available - taken)) & (0xff >> (8 - taken)));
      this.position += taken;
      left -= taken;
    }
    return result;
  };
}

/** Bytes that come one by one. */
class Output {
  private readonly full: Buffer[] = [];
  private last = Buffer.alloc(65_536);
  private length = 0;

  readonly add = (byte: number): void => {
    if (this.length === this.last.length) {
      this.full.push(this.last);
      this.last = Buffer.alloc(65_536);
      this.length = 0;
    }
    this.last[this.length] = byte;
    this.length += 1;
  };

  *chunks(): Generator<Buffer> {
    yield* this.full;
    if (this.length > 0) yield this.last.subarray(0, this.length);
  }
}
