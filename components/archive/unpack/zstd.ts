import type { ByteReader } from "./byte-reader.ts";
import { framesOf } from "./frames.ts";

const frameMagic = 0xfd2fb528;

/**
 * The same bytes of zstd's format, RFC 8878, frame by frame. Throws where they end in the middle of one: the zstd of
 * Node 22, and of 24 until July 2026, takes what is cut for whole (nodejs/node#64592).
 */
export const wholeFrames = (packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> =>
  framesOf(packed, { name: "zstd", magic: frameMagic, frame });

async function* frame(reader: ByteReader): AsyncGenerator<Buffer> {
  const head = await reader.readMore(1);
  const [flags = 0] = head;
  const isSingle = (flags & 32) !== 0;
  const idBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const rest = (isSingle ? 0 : 1) + idBytes + sizeBytes;
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(frameMagic);
  yield Buffer.concat([magic, head, await reader.readMore(rest)]);
  for (let isLast = false; !isLast;) {
    const blockHead = await reader.readMore(3);
    const bits = blockHead.readUIntLE(0, 3);
    isLast = (bits & 1) !== 0;
    // One byte that is repeated (type 1) has the length of what it becomes.
    const length = ((bits >> 1) & 3) === 1 ? 1 : bits >> 3;
    yield length === 0 ? blockHead : Buffer.concat([blockHead, await reader.readMore(length)]);
  }
  if (flags & 4) yield reader.readMore(4);
}
