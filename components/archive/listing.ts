import { archiveObject } from "./archive-object.ts";
import type { BackupFile } from "./base-backup.ts";
import type { Packing } from "./unpack/unpack.ts";
import type { DamagedSegment, WalSegment } from "./wal-segment.ts";

/** An object, by its name below the archive's prefix. */
export interface ListedObject {
  name: string;
  bytes: number;
  modifiedAt: Date;
}

/** The objects of an archive, sorted by what they are. */
export interface Listing {
  /** The files of each backup, by the backup's id. */
  backups: Map<string, BackupFile[]>;
  segments: WalSegment[];
  partialSegments: WalSegment[];

  /** Empty ones. */
  damaged: DamagedSegment[];
  histories: HistoryFile[];
}

export interface HistoryFile {
  /** Name below the archive's prefix. */
  name: string;
  timeline: number;
  packing: Packing;
}

export function listing(objects: ListedObject[]): Listing {
  const backups = new Map<string, BackupFile[]>();
  const segments = new Map<string, WalSegment>();
  const partialSegments = new Map<string, WalSegment>();
  const histories = new Map<number, HistoryFile>();
  for (const { name, bytes, modifiedAt } of objects) {
    const object = archiveObject(name);
    switch (object?.kind) {
      case "backup":
        backups.set(object.id, [...(backups.get(object.id) ?? []), { name: object.file, bytes }]);
        break;
      case "segment":
        keep(object.isPartial ? partialSegments : segments, {
          name: object.name,
          archivedAt: modifiedAt,
          bytes,
          packing: object.packing,
        });
        break;
      case "history":
        histories.set(object.timeline, { name, timeline: object.timeline, packing: object.packing });
        break;
      case undefined:
    }
  }
  return {
    backups,
    segments: byName(segments).filter(({ bytes }) => bytes > 0),
    partialSegments: byName(partialSegments).filter(({ bytes }) => bytes > 0),
    damaged: [...emptyOf(segments, false), ...emptyOf(partialSegments, true)],
    histories: [...histories.values()].sort((a, b) => a.timeline - b.timeline),
  };
}

/**
 * A segment may be there twice, when the compression was changed and it was archived again: barman takes the first one by
 * name, however new it is.
 */
function keep(segments: Map<string, WalSegment>, segment: WalSegment): void {
  const other = segments.get(segment.name);
  if (other === undefined) segments.set(segment.name, segment);
  else {
    const first = other.packing < segment.packing ? other : segment;
    const archivedAt = other.archivedAt > segment.archivedAt ? other.archivedAt : segment.archivedAt;
    segments.set(segment.name, { ...first, archivedAt });
  }
}

function emptyOf(segments: Map<string, WalSegment>, isPartial: boolean): DamagedSegment[] {
  return byName(segments)
    .filter(({ bytes }) => bytes === 0)
    .map((segment) => ({ ...segment, isPartial, reason: "is empty" }));
}

function byName(segments: Map<string, WalSegment>): WalSegment[] {
  return [...segments.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
