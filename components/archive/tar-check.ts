import { ByteReader } from "./unpack/byte-reader.ts";
import { type Chunks, type Packing, UnpackError, isPacking, unpack } from "./unpack/unpack.ts";

const blockBytes = 512;

/** Read at once of a file's content. */
const stepBytes = 128 * blockBytes;

/** How a base backup's tar is packed, by its name; undefined if it is no tar, `unknown` for an ending of others. */
export function tarPacking(file: string): Packing | "unknown" | undefined {
  const [, ending] = /\.tar(.*)$/.exec(file) ?? [];
  if (ending === undefined) return undefined;
  return isPacking(ending) ? ending : "unknown";
}

/**
 * Reads a tar to its end, from file to file. What is wrong with it, as in "data.tar.gz is cut within base/1/2619"; the
 * content of files is not looked into. Throws what reading it throws.
 */
export async function tarProblem(packing: Packing, packed: Chunks): Promise<string | undefined> {
  const reader = new ByteReader(unpack(packing, packed));
  try {
    return await problemIn(reader);
  } catch (error) {
    if (error instanceof UnpackError) return `cannot be unpacked: ${error.message}`;
    throw error;
  } finally {
    await reader.close();
  }
}

async function problemIn(reader: ByteReader): Promise<string | undefined> {
  let before = "its first file";
  // Of a file of 8 GiB and more, the size is in an entry before it.
  let size: number | undefined;
  for (let entries = 0; ; entries += 1) {
    const block = await reader.read(blockBytes);
    if (block.length === 0 && entries === 0) return "is empty";
    if (block.length < blockBytes) return `is cut after ${before}`;
    if (isZero(block)) return endProblem(reader, entries, before);
    const head = headOf(block);
    if (head === undefined) return `is damaged after ${before}: no file begins there`;
    const bytes = size ?? head.bytes;
    size = undefined;
    if (head.isExtended && bytes <= stepBytes) {
      const content = await reader.read(padded(bytes));
      if (content.length < padded(bytes)) return `is cut after ${before}`;
      size = sizeIn(content.subarray(0, bytes).toString());
    } else {
      before = head.name;
      if (!(await skip(reader, padded(bytes)))) return `is cut within ${head.name}`;
    }
  }
}

/** After the last file there are two blocks of zeros, and as many more as fill the last write. */
async function endProblem(reader: ByteReader, entries: number, last: string): Promise<string | undefined> {
  if (entries === 0) return "holds no files";
  if ((await reader.read(blockBytes)).length < blockBytes) return `is cut after ${last}`;
  while ((await reader.read(stepBytes)).length > 0);
  return undefined;
}

interface Head {
  name: string;
  bytes: number;

  /** Whether it is not a file, but more about the next one (pax). */
  isExtended: boolean;
}

/** Undefined if its checksum does not fit. */
function headOf(block: Buffer): Head | undefined {
  const isOurs = numberAt(block, 148, 8) === sumOf(block);
  if (!isOurs) return undefined;
  const kind = String.fromCharCode(block.readUInt8(156));
  const [prefix, name] = [textAt(block, 345, 155), textAt(block, 0, 100)];
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    // Links have a size in some tars, and no content.
    bytes: "123456".includes(kind) ? 0 : numberAt(block, 124, 12),
    isExtended: kind === "x",
  };
}

/** The field of the sum counts as blanks. */
function sumOf(block: Buffer): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

function textAt(block: Buffer, offset: number, length: number): string {
  return block.toString("utf8", offset, offset + length).replace(/\0.*$/s, "");
}

/** In octal digits, or binary if it is too large for these. */
function numberAt(block: Buffer, offset: number, length: number): number {
  if (block.readUInt8(offset) === 0x80) return Number(block.readBigUInt64BE(offset + length - 8));
  return parseInt(textAt(block, offset, length).trim() || "0", 8);
}

function sizeIn(records: string): number | undefined {
  const size = /^\d+ size=(\d+)$/m.exec(records)?.[1];
  return size === undefined ? undefined : Number(size);
}

async function skip(reader: ByteReader, bytes: number): Promise<boolean> {
  for (let left = bytes; left > 0; left -= stepBytes) {
    const length = Math.min(left, stepBytes);
    if ((await reader.read(length)).length < length) return false;
  }
  return true;
}

const padded = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;

const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);
