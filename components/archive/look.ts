import type { S3Connection } from "../s3/connection.ts";
import type { Archive } from "./archive.ts";
import { neededSegments, withDamage } from "./damage.ts";
import { type Budget, type DamageReport, damagedSegments } from "./damaged-segments.ts";
import type { RecoveryTarget } from "./recovery-problem.ts";

/** An archive, with what a look into the WAL that a recovery needs has found, and how far that look went. */
export interface Look {
  archive: Archive;
  report: DamageReport;
}

export async function lookInto(
  connection: S3Connection,
  archive: Archive,
  target: RecoveryTarget = {},
  budget?: Budget,
): Promise<Look> {
  const report = await damagedSegments(connection, archive, neededSegments(archive, target), budget);
  return { archive: withDamage(archive, report.damaged), report };
}

/** How far the look went, in a line for people. */
export function describeLook({ read, skipped, damaged, failure }: DamageReport): string {
  const found = damaged.length === 0 ? "none is damaged" : `${damaged.length} damaged`;
  const why = failure === undefined ? "" : `. ${failure}`;
  return `WAL that this recovery needs: ${read} of ${read + skipped} segments read and unpacked, ${found}${why}`;
}

/** How far the look went, where that is not to the end; and whether it was of no use at all. */
export function shortLook({
  read,
  skipped,
  failure,
}: DamageReport): { text: string; isBlind: boolean } | undefined {
  if (skipped === 0) return undefined;
  const why = failure === undefined ? "" : ` ${failure}`;
  const all = `the ${read + skipped} WAL segments that this recovery needs`;
  const deep = "`npm run archive -- NAME --deep` reads them all.";
  if (read === 0) return { isBlind: true, text: `None of ${all} could be looked into.${why} ${deep}` };
  return { isBlind: false, text: `${read} of ${all} were looked into.${why} ${deep}` };
}
