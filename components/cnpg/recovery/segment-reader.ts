import type { Archive } from "../archive/archive.ts";
import { expectedIn } from "../archive/damage.ts";
import type { Store } from "../archive/read-archive.ts";
import { GoneError, objectBytes } from "../archive/read-object.ts";
import { readSegment } from "../archive/segment-check.ts";
import { segmentObject } from "../archive/wal-segment.ts";
import type { ReadSegment } from "./shortfall.ts";

/** Looks into segments of an archive; throws where the store does not answer. */
export function segmentReader(store: Store, archive: Archive): ReadSegment {
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
