import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "mocha";

import fc from "fast-check";

import { inSlice, parsedSlice, sliceOf } from "../../lab/support/slice.ts";

describe("the slices of the full tests", () => {
  const many = fc.integer({ min: 1, max: 200 });

  it("have each title in exactly one of them", () => {
    fc.assert(
      fc.property(fc.string(), many, (title, of) => {
        const all = Array.from({ length: of }, (_, index) => ({ number: index + 1, of }));
        assert.equal(all.filter((slice) => inSlice(title, slice)).length, 1);
      }),
    );
  });

  it("are a commit's turn as often as each other, so that none is left out for long", () => {
    const of = 60;
    const turns = Array.from({ length: of }, () => 0);
    const each = 100;
    for (let commit = 0; commit < of * each; commit++) {
      const { number } = sliceOf(createHash("sha1").update(String(commit)).digest("hex"), of);
      turns[number - 1] = (turns[number - 1] ?? 0) + 1;
    }
    assert.ok(Math.min(...turns) > each / 2 && Math.max(...turns) < each * 1.5, turns.join(" "));
  });

  it("are the same on every machine", () => {
    assert.deepEqual(sliceOf("a database whose volumes are left", 60), { number: 45, of: 60 });
  });
});

describe("CNPG_RGW_TEST_SLICE", () => {
  it("names a slice, or none", () => {
    assert.deepEqual(parsedSlice("7/60"), { number: 7, of: 60 });
    assert.deepEqual(parsedSlice("60/60"), { number: 60, of: 60 });
    assert.equal(parsedSlice("none"), undefined);
  });

  it("is refused where it is neither, with the value", () => {
    for (const value of ["0/60", "61/60", "7", "7/", "1e1/60", "-1/60", " 7/60", "all"]) {
      assert.throws(() => parsedSlice(value), {
        message: `CNPG_RGW_TEST_SLICE is "${value}". Write which slice, and of how many, such as 7/60; or none.`,
      });
    }
  });
});
