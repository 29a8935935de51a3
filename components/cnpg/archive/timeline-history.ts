import { gunzipSync, zstdDecompressSync } from "node:zlib";

/** Where a timeline comes from, as its `.history` file says. */
export interface TimelineHistory {
  timeline: number;

  /** Oldest first. Undefined if it cannot be read: Node.js decompresses gzip and zstd, not snappy, lz4, bzip2 and xz. */
  ancestors: Ancestor[] | undefined;
}

export interface Ancestor {
  timeline: number;

  /** Its WAL counts up to this position (LSN); what follows is on the next timeline. */
  switchPoint: string;
}

/** A history file has a line per ancestor; real ones are smaller than this by far. */
const maxOutputLength = 1_000_000;

const decompressors: Record<string, ((content: Uint8Array) => Uint8Array) | undefined> = {
  "": (content) => content,
  ".gz": (content) => gunzipSync(content, { maxOutputLength }),
  ".zst": (content) => zstdDecompressSync(content, { maxOutputLength }),
};

/** The text of the archived file; undefined if it cannot be decompressed. */
export function decompressed(compression: string, content: Uint8Array): string | undefined {
  try {
    const bytes = decompressors[compression]?.(content);
    return bytes && Buffer.from(bytes).toString();
  } catch {
    return undefined;
  }
}

/** Lines like `1\t0/5000060\tno recovery target specified`; undefined if it is not such a file. */
export function parseHistory(text: string): Ancestor[] | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const ancestors = lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => /^(\d+)\s+([0-9A-F]+\/[0-9A-F]+)(\s|$)/i.exec(line));
  const parsed = ancestors.flatMap((match) =>
    match?.[1] === undefined || match[2] === undefined
      ? []
      : [{ timeline: Number(match[1]), switchPoint: match[2] }],
  );
  return parsed.length > 0 && parsed.length === ancestors.length ? parsed : undefined;
}
