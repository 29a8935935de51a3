import type { ByteReader } from "./byte-reader.ts";
import { framesOf } from "./frames.ts";

/** How far back a match may point: into the blocks before, where they are linked. */
const windowBytes = 65_536;

/**
 * LZ4's frame format, https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. Its checksums of content are optional,
 * barman writes none, and none is checked here: of a byte that is changed, only what contradicts the format is seen.
 */
export const unlz4 = (packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> =>
  framesOf(packed, { name: "lz4", magic: 0x184d2204, frame });

interface Frame {
  isLinked: boolean;
  hasBlockChecksums: boolean;
  hasChecksum: boolean;
  blockBytes: number;
  contentBytes: number | undefined;
}

async function* frame(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const { isLinked, hasBlockChecksums, hasChecksum, blockBytes, contentBytes } = await frameHead(reader);
  const output = Buffer.alloc(windowBytes + blockBytes);
  let [from, bytes] = [0, 0];
  for (;;) {
    const size = (await reader.readMore(4)).readUInt32LE(0);
    if (size === 0) break;
    const length = size & 0x7fffffff;
    if (length > blockBytes) throw new Error(`it has a block of ${length} bytes`);
    const block = await reader.readMore(length);
    if (hasBlockChecksums) await reader.readMore(4);
    const end = size >>> 31 ? from + block.copy(output, from) : unpackBlock(block, output, from);
    yield Buffer.from(output.subarray(from, end));
    bytes += end - from;
    from = isLinked ? Math.min(end, windowBytes) : 0;
    output.copyWithin(0, end - from, end);
  }
  if (hasChecksum) await reader.readMore(4);
  if (contentBytes !== undefined && contentBytes !== bytes) {
    throw new Error(`it holds ${bytes} bytes, and says that it holds ${contentBytes}`);
  }
}

async function frameHead(reader: ByteReader): Promise<Frame> {
  const [flags = 0, descriptor = 0] = await reader.readMore(2);
  const blockSize = (descriptor >> 4) & 7;
  if (flags >> 6 !== 1 || blockSize < 4) throw new Error("its head is not that of lz4");
  const contentBytes = flags & 8 ? Number((await reader.readMore(8)).readBigUInt64LE(0)) : undefined;
  if (flags & 1) throw new Error("it needs a dictionary");
  // The checksum of the head itself.
  await reader.readMore(1);
  return {
    isLinked: (flags & 32) === 0,
    hasBlockChecksums: (flags & 16) !== 0,
    hasChecksum: (flags & 4) !== 0,
    blockBytes: 2 ** (8 + 2 * blockSize),
    contentBytes,
  };
}

/** Unpacks a block behind what there is up to `from`; the position behind it. */
function unpackBlock(block: Buffer, output: Buffer, from: number): number {
  let [read, written] = [0, from];
  /** A length of 15 goes on in the bytes that follow, up to the first that is not 255. */
  const lengthOf = (bits: number): number => {
    if (bits < 15) return bits;
    let [length, byte] = [bits, 255];
    while (byte === 255) length += byte = block[read++] ?? tornBlock();
    return length;
  };
  while (read < block.length) {
    const token = block[read++] ?? 0;
    const literals = lengthOf(token >> 4);
    if (read + literals > block.length || written + literals > output.length) return tornBlock();
    block.copy(output, written, read, (read += literals));
    written += literals;
    if (read === block.length) break;
    const offset = (block[read++] ?? tornBlock()) + ((block[read++] ?? tornBlock()) << 8);
    const length = lengthOf(token & 15) + 4;
    if (offset === 0 || offset > written || written + length > output.length) return tornBlock();
    copyWithin(output, written - offset, written, length);
    written += length;
  }
  return written;
}

/** Where source and target overlap, what is copied is copied again. */
function copyWithin(bytes: Buffer, source: number, target: number, length: number): void {
  for (let copied = 0; copied < length;) {
    const count = Math.min(length - copied, target + copied - source);
    bytes.copyWithin(target + copied, source, source + count);
    copied += count;
  }
}

function tornBlock(): never {
  throw new Error("a block in it cannot be unpacked");
}
