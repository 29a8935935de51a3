import assert from "node:assert/strict";
import { describe, it } from "mocha";
import fc from "fast-check";
import { digits, median, spread } from "../../../../bench/shared/statistics.ts";

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 });

describe("median", () => {
  it("is the one in the middle, or between the two in the middle", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.throws(() => median([]), RangeError);
  });

  it("has as many values above as below, whatever their order", () => {
    fc.assert(
      fc.property(values, (list) => {
        const middle = median(list);
        const below = list.filter((value) => value < middle).length;
        const above = list.filter((value) => value > middle).length;
        return below <= list.length / 2 && above <= list.length / 2 && median(list.toReversed()) === middle;
      }),
    );
  });
});

describe("spread", () => {
  it("is the distance of the extremes by the median", () => {
    assert.equal(spread([9, 10, 11]), 0.2);
    assert.equal(spread([5]), undefined);
  });
});

describe("digits", () => {
  it("shows three of them", () => {
    assert.deepEqual([0, 0.01234, 1.234, 12.34, 123.4, 1234.5].map(digits), [
      "0",
      "0.0123",
      "1.23",
      "12.3",
      "123",
      "1235",
    ]);
    assert.equal(digits(Number.NaN), "–");
  });
});
