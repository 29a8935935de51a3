import type { Archive } from "./archive.ts";
import { expectedIn } from "./damage.ts";
import type { ArchiveReader } from "./read-archive.ts";
import { GoneError, objectBytes } from "./read-object.ts";
import { type SegmentReport, readSegment } from "./segment-check.ts";
import { type WalSegment, segmentObject } from "./wal-segment.ts";

/** Looks into an archived segment; throws where the store does not answer. */
export type ReadSegment = (segment: WalSegment) => Promise<SegmentReport>;

/** Looks into the segments of an archive, each whole. */
export function segmentReader(store: ArchiveReader, archive: Archive): ReadSegment {
  const expected = expectedIn(archive);
  return async (segment) => {
    try {
      return await readSegment(expected(segment), objectBytes(store, segmentObject(segment)));
    } catch (error) {
      if (error instanceof GoneError) return { problem: "is not there any more", replayed: undefined };
      throw error;
    }
  };
}
