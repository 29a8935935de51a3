import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { type SegmentList, SegmentPacker, packedSegments } from "../../../../components/archive/segments.ts";
import type { WalSegment } from "../../../../components/archive/wal-segment.ts";
import { packings } from "../../../../components/archive/unpack/unpack.ts";
import { at, segmentName, wal } from "./archives.ts";

const segment = fc.record<WalSegment>(
  {
    name: fc
      .tuple(...[1, 2, 3].map(() => fc.integer({ min: 0, max: 2 ** 32 - 1 })))
      .map((parts) => parts.map((part) => part.toString(16).toUpperCase().padStart(8, "0")).join("")),
    archivedAt: fc.integer({ min: 0, max: 2 ** 42 }).map((time) => new Date(time)),
    bytes: fc.integer({ min: 0, max: 2 ** 50 }),
    packing: fc.constantFrom(...packings),
  },
  { noNullPrototype: true },
);

const isEven = ({ bytes }: WalSegment): boolean => bytes % 2 === 0;

describe("packed segments", () => {
  it("are what an array of them is", () => {
    const places = fc.integer({ min: -12, max: 12 });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 10 }), places, places, (segments, start, end) => {
        const same = (list: SegmentList, array: WalSegment[]): void => {
          assert.deepEqual([...list], array);
          assert.equal(list.length, array.length);
          assert.deepEqual(list.at(start), array.at(start));
          assert.deepEqual([...list.slice(start)], array.slice(start));
          assert.deepEqual([...list.slice(start, end)], array.slice(start, end));
          assert.deepEqual(list.find(isEven), array.find(isEven));
        };
        const packed = packedSegments(segments);
        same(packed, segments);
        same(packed.filter(isEven), segments.filter(isEven));
        same(packed.filter(isEven).slice(1), segments.filter(isEven).slice(1));
      }),
    );
  });

  it("are there by name, each once, in whatever order a store lists them", () => {
    const listed = wal(1, [250, 260], "10:00:00");
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...listed, ...listed], { minLength: listed.length * 2 }),
        (shuffled) => {
          const packer = new SegmentPacker();
          for (const each of shuffled) packer.add(each);
          assert.deepEqual([...packer.packed()], listed);
        },
      ),
    );
  });

  it("take about 29 bytes each", () => {
    const count = 100_000;
    const packer = new SegmentPacker();
    const before = process.memoryUsage().arrayBuffers;
    const times = at("00:00:00");
    for (let number = 0; number < count; number++) {
      packer.add({ name: segmentName(1, number), archivedAt: times, bytes: number, packing: ".zst" });
    }
    assert.equal(packer.packed().length, count);
    const used = process.memoryUsage().arrayBuffers - before;
    assert.ok(used < count * 35, `${used} bytes`);
  });
});
