import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { gzipSync, zstdCompressSync } from "node:zlib";

import fc from "fast-check";

import { historyText, parseHistory } from "../../../../components/archive/timeline-history.ts";
import { isPacking } from "../../../../components/archive/unpack/unpack.ts";

const text = '1\t0/5000060\tno recovery target specified\n\n2\t1/9A000000\tat restore point "x"\n';

/** The same, as barman 3.19.1 packs it (`barman.clients.cloud_compression.compress`), in base64. */
const packed = {
  ".bz2":
    "QlpoNTFBWSZTWRXSix4AAA7dgFAwUADzICAAL6HdYCAASIp5ENqNGm0jI2moUyNTENGAmDU1CBvd0cLpYgZuTiITkQBOkXiiDTjOWSqN2JXEq2cW3dcHZoIPwQaoVEWX/i7kinChICulFjw=",
  ".xz":
    "/Td6WFoAAATm1rRGAgAhARQAAAD/5+wJ4ABLAEpdABiCQkK+Bkq0VmGak5/57KFu3lSdHNA1zjZ9Vjc1jRbTCkDvG/QOLJvKx0c0a7r4iDIQL1RGoa93mkpFpgTdpQplQq5tQQt2jrh4AAAAwWuNoPITqGAAAWZMsXRLbB+2830BAAAAAARZWg==",
  ".snappy":
    "/wYAAHNOYVBwWQFQAAClvbR8MQkwLzUwMDAwNjAJbm8gcmVjb3ZlcnkgdGFyZ2V0IHNwZWNpZmllZAoKMgkxLzlBMDAwMDAwCWF0IHJlc3RvcmUgcG9pbnQgIngiCg==",
  ".lz4":
    "BCJNGGhATAAAAAAAAABrTAAAgDEJMC81MDAwMDYwCW5vIHJlY292ZXJ5IHRhcmdldCBzcGVjaWZpZWQKCjIJMS85QTAwMDAwMAlhdCByZXN0b3JlIHBvaW50ICJ4IgoAAAAA",
};

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

describe("historyText", () => {
  it("is the text, however it was packed", async () => {
    assert.equal(await historyText("", Buffer.from(text)), text);
    assert.equal(await historyText(".gz", gzipSync(text)), text);
    assert.equal(await historyText(".zst", zstdCompressSync(text)), text);
    for (const [packing, base64] of Object.entries(packed)) {
      assert.ok(isPacking(packing));
      assert.equal(await historyText(packing, Buffer.from(base64, "base64")), text, packing);
    }
  });

  it("gives nothing for a broken file, or a bomb", async () => {
    assert.equal(await historyText(".snappy", Buffer.from(text)), undefined);
    assert.equal(await historyText(".gz", Buffer.from("no gzip")), undefined);
    assert.equal(await historyText(".zst", Buffer.alloc(0)), undefined);
    assert.equal(await historyText(".gz", gzipSync(Buffer.alloc(10_000_000))), undefined);
  });
});
