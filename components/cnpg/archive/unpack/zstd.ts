import { ByteReader } from "./byte-reader.ts";

const frameMagic = 0xfd2fb528;
const firstSkippable = 0x184d2a50;
const lastSkippable = 0x184d2a5f;
const skippedAtOnce = 65_536;

/**
 * The same bytes of zstd's format, RFC 8878, frame by frame. Throws where they end in the middle of one: the zstd of
 * Node 22, and of 24 until July 2026, takes what is cut for whole (nodejs/node#64592).
 */
export async function* wholeFrames(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(packed);
  for (let frames = 0; ; frames += 1) {
    const head = await reader.readAll(4);
    if (head === undefined && frames > 0) return;
    const magic = head?.readUInt32LE(0) ?? 0;
    if (magic >= firstSkippable && magic <= lastSkippable) await skip(reader);
    else if (magic === frameMagic) yield* frame(reader);
    else throw new Error("it does not begin as zstd does");
  }
}

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

async function skip(reader: ByteReader): Promise<void> {
  const length = (await reader.readMore(4)).readUInt32LE(0);
  for (let left = length; left > 0; left -= skippedAtOnce) {
    await reader.readMore(Math.min(left, skippedAtOnce));
  }
}
