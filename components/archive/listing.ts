import { archiveObject } from "./archive-object.ts";
import type { BackupFile } from "./base-backup.ts";
import { type SegmentList, SegmentPacker } from "./segments.ts";
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
  segments: SegmentList;
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

/** Takes the list of an archive's objects page by page, and keeps of each what its kind needs. */
export async function listing(
  pages: AsyncIterable<readonly ListedObject[]> | Iterable<readonly ListedObject[]>,
): Promise<Listing> {
  const backups = new Map<string, BackupFile[]>();
  const segments = new SegmentPacker();
  const partialSegments = new SegmentPacker();
  const histories = new Map<number, HistoryFile>();
  const keep = ({ name, bytes, modifiedAt }: ListedObject): void => {
    const object = archiveObject(name);
    switch (object?.kind) {
      case "backup":
        backups.set(object.id, backups.get(object.id) ?? []);
        backups.get(object.id)?.push({ name: object.file, bytes });
        break;
      case "segment": {
        const { packing } = object;
        const packer = object.isPartial ? partialSegments : segments;
        packer.add({ name: object.name, archivedAt: modifiedAt, bytes, packing });
        break;
      }
      case "history":
        histories.set(object.timeline, { name, timeline: object.timeline, packing: object.packing });
        break;
      case undefined:
    }
  };
  for await (const page of pages) page.forEach(keep);
  const [whole, partial] = [segments.packed(), partialSegments.packed()];
  return {
    backups,
    segments: whole.filter(({ bytes }) => bytes > 0),
    partialSegments: [...partial.filter(({ bytes }) => bytes > 0)],
    damaged: [...emptyOf(whole, false), ...emptyOf(partial, true)],
    histories: [...histories.values()].sort((a, b) => a.timeline - b.timeline),
  };
}

function emptyOf(segments: SegmentList, isPartial: boolean): DamagedSegment[] {
  const empty = segments.filter(({ bytes }) => bytes === 0);
  return Array.from(empty, (segment) => ({ ...segment, isPartial, reason: "is empty" }));
}
