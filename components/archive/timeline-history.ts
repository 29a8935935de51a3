import { Readable } from "node:stream";

import { type Packing, UnpackError, unpacked } from "./unpack/unpack.ts";

/** Where a timeline comes from, as its `.history` file says. */
export interface TimelineHistory {
  timeline: number;

  /** Oldest first. Undefined if the file is damaged. */
  ancestors: Ancestor[] | undefined;
}

export interface Ancestor {
  timeline: number;

  /** Its WAL counts up to this position (LSN); what follows is on the next timeline. */
  switchPoint: string;
}

/** A history file has a line per ancestor; real ones are smaller than this by far. */
const maxHistoryBytes = 1_000_000;

/** The text of the archived file; undefined if it cannot be unpacked. */
export async function historyText(packing: Packing, content: Uint8Array): Promise<string | undefined> {
  try {
    return (await unpacked(packing, Readable.from([content]), maxHistoryBytes)).toString();
  } catch (error) {
    if (error instanceof UnpackError) return undefined;
    throw error;
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
