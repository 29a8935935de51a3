import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { labState } from "../support/workspace.ts";

const rowSchema = z.object({
  title: z.string(),
  /** What the user read, cut to its core. */
  seen: z.array(z.string()),
  /** Seconds until the command ended. */
  took: z.number(),
  /** What the next `up` did. */
  next: z.string(),
});

/** What came of a fault. */
export type Row = z.infer<typeof rowSchema>;

/** Beside the lab's state, which a run of all tests starts without. */
const file = join(labState, "fault-rows.json");

/** What came of the faults so far, by title. */
export function rows(): Map<string, Row> {
  const found = existsSync(file) ? z.array(rowSchema).parse(JSON.parse(readFileSync(file, "utf8"))) : [];
  return new Map(found.map((row) => [row.title, row]));
}

export function addRow(row: Row): void {
  writeFileSync(file, JSON.stringify([...rows().set(row.title, row).values()]));
}
