import { packings } from "./unpack/unpack.ts";
import type { WalSegment } from "./wal-segment.ts";

/** Segments of WAL. Has of an array what a list can have that is packed: an archive may hold millions. */
export interface SegmentList {
  readonly length: number;
  [Symbol.iterator](): IterableIterator<WalSegment>;
  at(index: number): WalSegment | undefined;
  slice(start: number, end?: number): SegmentList;
  filter(test: (segment: WalSegment) => boolean): SegmentList;
  find(test: (segment: WalSegment) => boolean): WalSegment | undefined;
}

/** Takes segments and packs them: 29 bytes each, where an object with its strings takes several hundred. */
export class SegmentPacker {
  readonly #columns = new Columns();
  #lastName = "";
  #isSorted = true;

  /**
   * A segment may be there twice, when the compression was changed and it was archived again: barman takes the first one
   * by name, however new it is.
   */
  add(segment: WalSegment): void {
    if (segment.name === this.#lastName) {
      const last = this.#columns.length - 1;
      this.#columns.set(last, firstOf(this.#columns.get(last), segment));
      return;
    }
    // Stores list by name; one that does not is taken as it is.
    if (segment.name < this.#lastName) this.#isSorted = false;
    this.#columns.set(this.#columns.length, segment);
    this.#lastName = segment.name;
  }

  /** All of them by name, each once. */
  packed(): SegmentList {
    const list = new PackedSegments(this.#columns, [{ from: 0, to: this.#columns.length }]);
    if (this.#isSorted) return list;
    const names = Array.from(list, ({ name }, index) => ({ name, index }));
    names.sort((a, b) => (a.name < b.name ? -1 : 1));
    const sorted = new SegmentPacker();
    for (const { index } of names) sorted.add(this.#columns.get(index));
    return sorted.packed();
  }
}

function firstOf(one: WalSegment, other: WalSegment): WalSegment {
  const first = one.packing < other.packing ? one : other;
  return { ...first, archivedAt: one.archivedAt > other.archivedAt ? one.archivedAt : other.archivedAt };
}

/** Of the rows of a table, those from the first of each range up to the one before its end. */
interface Range {
  from: number;
  to: number;
}

class PackedSegments implements SegmentList {
  readonly length: number;
  readonly #columns: Columns;
  readonly #ranges: readonly Range[];

  constructor(columns: Columns, ranges: readonly Range[]) {
    this.#columns = columns;
    this.#ranges = ranges;
    this.length = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  at(index: number): WalSegment | undefined {
    const start = index < 0 ? index + this.length : index;
    const [range] = this.#cut(start, start + 1);
    return start < 0 || range === undefined ? undefined : this.#columns.get(range.from);
  }

  slice(start: number, end = this.length): SegmentList {
    const [from = 0, to = 0] = [start, end].map((place) =>
      Math.max(place < 0 ? place + this.length : place, 0),
    );
    return new PackedSegments(this.#columns, this.#cut(from, to));
  }

  filter(test: (segment: WalSegment) => boolean): SegmentList {
    const ranges: Range[] = [];
    for (const row of this.#rows()) {
      if (!test(this.#columns.get(row))) continue;
      const last = ranges.at(-1);
      if (last?.to === row) last.to += 1;
      else ranges.push({ from: row, to: row + 1 });
    }
    return new PackedSegments(this.#columns, ranges);
  }

  find(test: (segment: WalSegment) => boolean): WalSegment | undefined {
    for (const segment of this) if (test(segment)) return segment;
    return undefined;
  }

  *[Symbol.iterator](): Generator<WalSegment> {
    for (const row of this.#rows()) yield this.#columns.get(row);
  }

  *#rows(): Generator<number> {
    for (const { from, to } of this.#ranges) for (let row = from; row < to; row++) yield row;
  }

  /** The ranges of a part of the list. */
  #cut(start: number, end: number): Range[] {
    const parts: Range[] = [];
    let before = 0;
    for (const { from, to } of this.#ranges) {
      const part = { from: Math.max(from, from + start - before), to: Math.min(to, from + end - before) };
      if (part.from < part.to) parts.push(part);
      before += to - from;
      if (before >= end) break;
    }
    return parts;
  }
}

const rowsOfChunk = 16_384;

/** A table that grows by chunks, so that none of it is copied. Numbers only: a name would hold on to the answer it is from. */
class Columns {
  length = 0;
  readonly #chunks: Chunk[] = [];

  get(row: number): WalSegment {
    const [chunk, at] = this.#place(row);
    const name = [chunk.timelines[at], chunk.logs[at], chunk.segments[at]];
    return {
      name: name.map((part = 0) => part.toString(16).toUpperCase().padStart(8, "0")).join(""),
      archivedAt: new Date(chunk.times[at] ?? 0),
      bytes: chunk.bytes[at] ?? 0,
      packing: packings[chunk.packings[at] ?? 0] ?? "",
    };
  }

  set(row: number, { name, archivedAt, bytes, packing }: WalSegment): void {
    const [chunk, at] = this.#place(row);
    chunk.timelines[at] = parseInt(name.slice(0, 8), 16);
    chunk.logs[at] = parseInt(name.slice(8, 16), 16);
    chunk.segments[at] = parseInt(name.slice(16), 16);
    chunk.times[at] = archivedAt.getTime();
    chunk.bytes[at] = bytes;
    chunk.packings[at] = packings.indexOf(packing);
    this.length = Math.max(this.length, row + 1);
  }

  #place(row: number): [Chunk, number] {
    const index = Math.floor(row / rowsOfChunk);
    const chunk = (this.#chunks[index] ??= new Chunk());
    return [chunk, row % rowsOfChunk];
  }
}

class Chunk {
  readonly timelines = new Uint32Array(rowsOfChunk);
  readonly logs = new Uint32Array(rowsOfChunk);
  readonly segments = new Uint32Array(rowsOfChunk);
  readonly times = new Float64Array(rowsOfChunk);
  readonly bytes = new Float64Array(rowsOfChunk);
  readonly packings = new Uint8Array(rowsOfChunk);
}

/** Packs segments in the order in which they come. */
export function packedSegments(segments: Iterable<WalSegment>): SegmentList {
  const columns = new Columns();
  for (const segment of segments) columns.set(columns.length, segment);
  return new PackedSegments(columns, [{ from: 0, to: columns.length }]);
}
