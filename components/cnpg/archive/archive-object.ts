/** What an object of an archive is, by its name below the archive's prefix. */
export type ArchiveObject =
  | { kind: "backup"; id: string; file: string }
  | { kind: "segment"; name: string; isPartial: boolean }
  | { kind: "history"; timeline: number; compression: string };

/** The endings that barman gives to compressed WAL. */
const compression = String.raw`(\.gz|\.bz2|\.xz|\.snappy|\.zst|\.lz4)?`;
const backup = /^base\/([^/]+)\/([^/]+)$/;
const segment = new RegExp(String.raw`^wals/[0-9A-F]{16}/([0-9A-F]{24})(\.partial)?${compression}$`);
const history = new RegExp(String.raw`^wals/([0-9A-F]{8})\.history${compression}$`);

/** Undefined for all that a recovery does not read, such as backup labels among the WAL. */
export function archiveObject(name: string): ArchiveObject | undefined {
  const [, id, file] = backup.exec(name) ?? [];
  if (id !== undefined && file !== undefined) return { kind: "backup", id, file };
  const [, wal, partial] = segment.exec(name) ?? [];
  if (wal !== undefined) return { kind: "segment", name: wal, isPartial: partial !== undefined };
  const [, timeline, ending] = history.exec(name) ?? [];
  if (timeline === undefined) return undefined;
  return { kind: "history", timeline: parseInt(timeline, 16), compression: ending ?? "" };
}
