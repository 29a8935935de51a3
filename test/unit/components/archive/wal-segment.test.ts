import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { lsnBytes, positionOf, segmentNameAt } from "../../../../components/archive/wal-segment.ts";

const MiB = 2 ** 20;
const segmentSizes = Array.from({ length: 11 }, (_, power) => MiB * 2 ** power);

describe("names of WAL segments", () => {
  it("go over into the next log after as many segments as fit into 4 GiB", () => {
    const cases: [number, string, string][] = [
      [16 * MiB, "0000000100000000000000FF", "000000010000000100000000"],
      [16 * MiB, "00000001000000000000000A", "00000001000000000000000B"],
      [64 * MiB, "00000002000000070000003F", "000000020000000800000000"],
      [1024 * MiB, "000000010000000000000003", "000000010000000100000000"],
      [1 * MiB, "000000010000000000000FFF", "000000010000000100000000"],
    ];
    for (const [size, name, next] of cases) {
      const position = positionOf(name, size);
      assert.ok(position);
      assert.equal(segmentNameAt({ ...position, number: position.number + 1 }, size), next);
    }
  });

  it("are no names if they do not fit the size of the segments", () => {
    assert.equal(positionOf("000000010000000000000100", 16 * MiB), undefined);
    assert.equal(positionOf("000000010000000000000004", 1024 * MiB), undefined);
    assert.equal(positionOf("00000001000000000000000a", 16 * MiB), undefined);
    assert.equal(positionOf("00000002.history", 16 * MiB), undefined);
  });

  it("stand for a position, whatever the size", () => {
    const position = fc.record(
      { timeline: fc.integer({ min: 1, max: 2 ** 32 - 1 }), number: fc.nat() },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(position, fc.constantFrom(...segmentSizes), (known, size) => {
        const name = segmentNameAt(known, size);
        assert.match(name, /^[0-9A-F]{24}$/);
        assert.deepEqual(positionOf(name, size), known);
      }),
    );
  });
});

describe("lsnBytes", () => {
  it("counts from the start of the cluster", () => {
    assert.equal(lsnBytes("0/A000028"), 0xa000028);
    assert.equal(lsnBytes("2/82000168"), 2 * 2 ** 32 + 0x82000168);
  });
});
