import { s3Client } from "../s3/client.ts";
import type { S3Connection } from "../s3/connection.ts";
import { S3Failure, classify } from "../s3/failure.ts";
import { archiveObject } from "./archive-object.ts";
import type { Archive } from "./archive.ts";
import { expectedIn } from "./damage.ts";
import type { ListedObject } from "./listing.ts";
import { archiveUrl } from "./location.ts";
import { type ArchiveReader, pagesOf } from "./read-archive.ts";
import { GoneError, objectBytes } from "./read-object.ts";
import { segmentProblem, sizeProblem } from "./segment-check.ts";
import { tarPacking, tarProblem } from "./tar-check.ts";
import { parseHistory } from "./timeline-history.ts";
import { type Chunks, UnpackError, unpacked } from "./unpack/unpack.ts";
import type { DamagedSegment } from "./wal-segment.ts";

/** How far the reading is. */
export interface DeepProgress {
  objects: number;

  /** As they are stored. */
  bytes: number;
  damaged: number;

  /** Those of which nothing can be told, for the store did not give them. */
  unread: number;
}

export interface DeepReport extends DeepProgress {
  /** Of what is damaged, the WAL. */
  segments: DamagedSegment[];
}

/** Where to tell what is found, as soon as it is. */
export interface DeepObserver {
  onProblem: (object: string, problem: string) => void;
  onProgress: (progress: DeepProgress) => void;
}

/** Each unpacks in the same process, so that more of them are not faster. */
const atOnce = 4;

/** A store that fails this often in a row is not there. */
const failuresInARow = 8;

/**
 * Reads and unpacks every object of an archive, page by page of its list, so that memory does not grow with it. Ends early
 * by the signal. Throws an S3Failure if the store is not there.
 */
export async function deepCheck(
  connection: S3Connection,
  archive: Archive,
  observer: DeepObserver,
  abortSignal: AbortSignal,
): Promise<DeepReport> {
  const { location } = archive;
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, abortSignal]);
  const store: ArchiveReader = { client: s3Client(connection), location, abortSignal: signal };
  const report: DeepReport = { objects: 0, bytes: 0, damaged: 0, unread: 0, segments: [] };
  const failureOf = (error: unknown): S3Failure =>
    classify(error, { connection, bucket: location.bucket, attempt: `read ${archiveUrl(location)}` });
  const checker = new Checker(store, archive, observer, report, failureOf);
  try {
    for await (const page of pagesOf(store)) {
      const queue = page.values();
      await Promise.all(Array.from({ length: atOnce }, () => checker.checkAll(queue)));
    }
  } catch (error) {
    if (!abortSignal.aborted) throw failureOf(error);
  } finally {
    // Where one has failed for good, the others are to say nothing of that.
    ending.abort();
    store.client.destroy();
  }
  return report;
}

class Checker {
  private readonly store: ArchiveReader;
  private readonly expected: ReturnType<typeof expectedIn>;
  private readonly observer: DeepObserver;
  private readonly report: DeepReport;
  private readonly failureOf: (error: unknown) => S3Failure;
  private failures = 0;

  constructor(
    store: ArchiveReader,
    archive: Archive,
    observer: DeepObserver,
    report: DeepReport,
    failureOf: (error: unknown) => S3Failure,
  ) {
    this.store = store;
    this.expected = expectedIn(archive);
    this.observer = observer;
    this.report = report;
    this.failureOf = failureOf;
  }

  async checkAll(queue: Iterable<ListedObject>): Promise<void> {
    for (const object of queue) {
      this.store.abortSignal.throwIfAborted();
      await this.check(object);
      this.report.objects += 1;
      this.report.bytes += object.bytes;
      this.observer.onProgress(this.report);
    }
  }

  private async check(object: ListedObject): Promise<void> {
    try {
      const problem = await this.problemOf(object).catch((error: unknown) => this.again(object, error));
      this.failures = 0;
      if (problem !== undefined) this.tell(object, problem);
    } catch (error) {
      // Deleted since it was listed, by retention.
      if (error instanceof GoneError) return;
      const failure = this.failureOf(error);
      this.failures += 1;
      if (this.store.abortSignal.aborted || this.failures >= failuresInARow) throw failure;
      this.report.unread += 1;
      this.observer.onProblem(object.name, `could not be read. ${failure.message}`);
    }
  }

  /** A connection may break. */
  private again(object: ListedObject, error: unknown): Promise<string | undefined> {
    if (error instanceof GoneError || this.store.abortSignal.aborted) throw error;
    return this.problemOf(object);
  }

  private tell(listed: ListedObject, reason: string): void {
    this.report.damaged += 1;
    this.observer.onProblem(listed.name, reason);
    const object = archiveObject(listed.name);
    if (object?.kind !== "segment") return;
    const { name, packing, isPartial } = object;
    const { bytes, modifiedAt: archivedAt } = listed;
    this.report.segments.push({ name, packing, isPartial, bytes, archivedAt, reason });
  }

  private async problemOf({ name, bytes, modifiedAt }: ListedObject): Promise<string | undefined> {
    const object = archiveObject(name);
    const content = objectBytes(this.store, name);
    if (object?.kind === "segment") {
      const segment = { name: object.name, packing: object.packing, bytes, archivedAt: modifiedAt };
      const expected = this.expected(segment, object.isPartial);
      return sizeProblem(bytes, expected) ?? segmentProblem(expected, content);
    }
    if (bytes === 0) return "is empty";
    if (object?.kind === "history") return historyProblem(object.packing, content);
    const packing = object && tarPacking(object.file);
    if (packing === "unknown") return "cannot be unpacked: its ending is not known";
    return packing === undefined ? readThrough(content) : tarProblem(packing, content);
  }
}

async function historyProblem(
  packing: Parameters<typeof unpacked>[0],
  content: Chunks,
): Promise<string | undefined> {
  try {
    const text = (await unpacked(packing, content, 1_000_000)).toString();
    return parseHistory(text) === undefined ? "is no timeline history" : undefined;
  } catch (error) {
    if (error instanceof UnpackError) return `cannot be unpacked: ${error.message}`;
    throw error;
  }
}

/** What has no form that is known: it can be read, no more is told. */
async function readThrough(content: Chunks): Promise<undefined> {
  const iterator = content[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
  return undefined;
}
