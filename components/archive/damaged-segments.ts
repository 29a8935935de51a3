import { s3Client } from "../s3/client.ts";
import type { S3Connection } from "../s3/connection.ts";
import { classify } from "../s3/failure.ts";
import type { Archive } from "./archive.ts";
import type { NeededSegments } from "./damage.ts";
import { archiveUrl } from "./location.ts";
import type { ArchiveReader } from "./read-archive.ts";
import { segmentReader } from "./segment-reader.ts";
import { readsAt } from "./turns.ts";
import type { DamagedSegment } from "./wal-segment.ts";

/** How much is read at most. */
export interface Budget {
  seconds: number;
  bytes: number;
}

/**
 * For a look that a user waits for: 256 MiB are about 100 segments as zstd packs them, which one core unpacks in this
 * time; a store that sends less within it is not to hold up a recovery.
 */
export const previewBudget: Budget = { seconds: 20, bytes: 256 * 2 ** 20 };

/** Each has a connection of its own, and unpacks in the same process. */
const atOnce = 4;

/** What a look into segments has found. */
export interface DamageReport {
  damaged: DamagedSegment[];

  /** How many were read to their end or to what is wrong with them, and how many were not, for the budget was spent. */
  read: number;
  skipped: number;

  /** Why the store was not asked for more, if it was not for the budget. */
  failure?: string;
}

/** Reads and unpacks segments whole, in their order, as far as the budget goes. */
export async function damagedSegments(
  connection: S3Connection,
  archive: Archive,
  segments: NeededSegments,
  budget: Budget = previewBudget,
): Promise<DamageReport> {
  const { location } = archive;
  const ending = new AbortController();
  const abortSignal = AbortSignal.any([ending.signal, AbortSignal.timeout(budget.seconds * 1_000)]);
  const store: ArchiveReader = { client: s3Client(connection), location, abortSignal };
  const read = segmentReader(store, archive);
  const reads = readsAt(connection);
  const report: DamageReport = { damaged: [], read: 0, skipped: 0 };
  let left = budget.bytes;
  const queue = segments[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const segment of queue) {
      if (abortSignal.aborted || left <= 0) return;
      left -= segment.bytes;
      // The budget goes on while it waits for its turn.
      const found = await reads.run(() => (abortSignal.aborted ? Promise.resolve(undefined) : read(segment)));
      if (found === undefined) return;
      const { problem: reason } = found;
      report.read += 1;
      if (reason !== undefined) report.damaged.push({ ...segment, isPartial: false, reason });
    }
  };
  const guarded = (): Promise<void> =>
    work().catch((error: unknown) => {
      // The first failure ends all; others are of that.
      if (abortSignal.aborted) return;
      ending.abort();
      const attempt = `read WAL at ${archiveUrl(location)}`;
      report.failure = classify(error, { connection, bucket: location.bucket, attempt }).message;
    });
  try {
    await Promise.all(Array.from({ length: atOnce }, guarded));
  } finally {
    store.client.destroy();
  }
  report.skipped = segments.length - report.read;
  return report;
}
