import { type Packing, isPacking, packings } from "./unpack/unpack.ts";

/** What an object of an archive is, by its name below the archive's prefix. */
export type ArchiveObject =
  | { kind: "backup"; id: string; file: string }
  | { kind: "segment"; name: string; isPartial: boolean; packing: Packing }
  | { kind: "history"; timeline: number; packing: Packing };

const compression = `(${packings.join("|").replaceAll(".", String.raw`\.`)})`;
const backup = /^base\/([^/]+)\/([^/]+)$/;
const segment = new RegExp(String.raw`^wals/[0-9A-F]{16}/([0-9A-F]{24})(\.partial)?${compression}$`);
const history = new RegExp(String.raw`^wals/([0-9A-F]{8})\.history${compression}$`);

/** Undefined for all that a recovery does not read, such as backup labels among the WAL. */
export function archiveObject(name: string): ArchiveObject | undefined {
  const [, id, file] = backup.exec(name) ?? [];
  if (id !== undefined && file !== undefined) return { kind: "backup", id, file };
  const [, wal, partial, ofWal = ""] = segment.exec(name) ?? [];
  if (wal !== undefined && isPacking(ofWal)) {
    return { kind: "segment", name: wal, isPartial: partial !== undefined, packing: ofWal };
  }
  const [, timeline, ofHistory = ""] = history.exec(name) ?? [];
  if (timeline === undefined || !isPacking(ofHistory)) return undefined;
  return { kind: "history", timeline: parseInt(timeline, 16), packing: ofHistory };
}
