import assert from "node:assert/strict";
import { describe, it } from "mocha";
import fc from "fast-check";
import { lsnOf } from "../../../../bench/backup/database.ts";
import { groups } from "../../../../bench/backup/measure.ts";
import { full, quick, same, copied, defaults } from "../../../../bench/backup/settings.ts";

describe("lsnOf", () => {
  it("is where a segment of 16 MB starts", () => {
    assert.equal(lsnOf("000000010000000000000001"), "0/1000000");
    assert.equal(lsnOf("0000000100000002000000FF"), "2/FF000000");
  });
});

describe("groups", () => {
  it("keep everything in order, none larger than asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 5 }), (items, size) => {
        const made = groups(items, size);
        assert.deepEqual(made.flat(), items);
        assert.ok(made.every((group) => group.length > 0 && group.length <= size));
      }),
    );
  });
});

describe("each scale", () => {
  it("has the settings that the goals compare", () => {
    for (const { data, wal } of [full, quick]) {
      for (const setting of [copied.data, defaults.data]) {
        assert.equal(data.filter((other) => same(other, setting)).length, 1);
      }
      const needed = [copied.wal, defaults.wal, { ...copied.wal, parallel: defaults.wal.parallel }];
      for (const setting of needed) assert.equal(wal.filter((other) => same(other, setting)).length, 1);
    }
  });
});
