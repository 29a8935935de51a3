import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";

import fc from "fast-check";

import { decompressed, parseHistory } from "../../../../../components/cnpg/archive/timeline-history.ts";

const text = '1\t0/5000060\tno recovery target specified\n\n2\t1/9A000000\tat restore point "x"\n';

describe("parseHistory", () => {
  it("reads an ancestor from each line", () => {
    assert.deepEqual(parseHistory(text), [
      { timeline: 1, switchPoint: "0/5000060" },
      { timeline: 2, switchPoint: "1/9A000000" },
    ]);
  });

  it("passes over comments", () => {
    assert.deepEqual(parseHistory("# a comment\n1\t0/5\tx"), [{ timeline: 1, switchPoint: "0/5" }]);
  });

  it("does not take anything else for a history", () => {
    for (const other of ["", "\n", "1\t0/5000060\tx\nabc", "0/5000060", "<Error>"]) {
      assert.equal(parseHistory(other), undefined);
    }
    fc.assert(
      fc.property(fc.string(), (any) => {
        const ancestors = parseHistory(any);
        assert.ok(ancestors === undefined || ancestors.length > 0);
      }),
    );
  });
});

describe("decompressed", () => {
  it("undoes what Node.js can", () => {
    assert.equal(decompressed("", Buffer.from(text)), text);
    assert.equal(decompressed(".gz", gzipSync(text)), text);
    assert.equal(decompressed(".zst", zstdCompressSync(text)), text);
    assert.equal(decompressed(".snappy", Buffer.from(text)), undefined);
  });

  it("gives nothing for a broken file, or a bomb", () => {
    assert.equal(decompressed(".gz", Buffer.from("no gzip")), undefined);
    assert.equal(decompressed(".zst", Buffer.alloc(0)), undefined);
    assert.equal(decompressed(".gz", gzipSync(Buffer.alloc(10_000_000))), undefined);
  });
});
