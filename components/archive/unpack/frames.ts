import { ByteReader } from "./byte-reader.ts";

/** A format of frames that each begin with a magic number. */
export interface FrameFormat {
  name: string;
  magic: number;

  /** What one frame gives, read from behind its magic number to its end. */
  frame: (reader: ByteReader) => AsyncGenerator<Uint8Array>;
}

// Frames of users' own that LZ4 and zstd have in common (RFC 8878, 3.1.2): they hold no content.
const firstSkippable = 0x184d2a50;
const lastSkippable = 0x184d2a5f;
const skippedAtOnce = 65_536;

/** What frames give, one after the other. Throws where another thing follows than a frame, or the end. */
export async function* framesOf(
  packed: AsyncIterable<Uint8Array>,
  format: FrameFormat,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(packed);
  for (let frames = 0; ; frames += 1) {
    const head = await reader.readAll(4);
    if (head === undefined && frames > 0) return;
    const magic = head?.readUInt32LE(0) ?? 0;
    if (magic >= firstSkippable && magic <= lastSkippable) await skip(reader);
    else if (magic === format.magic) yield* format.frame(reader);
    else throw new Error(`it does not begin as ${format.name} does`);
  }
}

async function skip(reader: ByteReader): Promise<void> {
  const length = (await reader.readMore(4)).readUInt32LE(0);
  for (let left = length; left > 0; left -= skippedAtOnce) {
    await reader.readMore(Math.min(left, skippedAtOnce));
  }
}
