import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { describe, it } from "mocha";
import { gzipSync } from "node:zlib";

import { pack } from "tar-stream";

import { tarPacking, tarProblem } from "../../../../components/archive/tar-check.ts";
import { inChunks } from "./packed-segment.ts";

const names = ["backup_label", "base/1/2619", "global/pg_control"];

async function tar(): Promise<Buffer> {
  const packing = pack();
  packing.entry({ name: "base", type: "directory" });
  names.forEach((name, index) =>
    packing.entry({ name, size: 3000 * index }, Buffer.alloc(3000 * index, name)),
  );
  packing.entry({ name: "pg_tblspc/16999", type: "symlink", linkname: "/mnt" });
  packing.entry({ name: "long", pax: { comment: "x" }, size: 4 }, "text");
  packing.finalize();
  return buffer(packing);
}

const problemOf = (bytes: Uint8Array) => tarProblem("", inChunks(bytes, 700));

describe("tarProblem", () => {
  it("has nothing against a whole one", async () => {
    const whole = await tar();
    assert.equal(await problemOf(whole), undefined);
    assert.equal(await tarProblem(".gz", inChunks(gzipSync(whole), 700)), undefined);
    // Python fills the last 10240 bytes.
    assert.equal(await problemOf(Buffer.concat([whole, Buffer.alloc(10_240)])), undefined);
  });

  it("tells wherever one is cut", async () => {
    const whole = await tar();
    for (let length = 0; length < whole.length; length += 100) {
      assert.match((await problemOf(whole.subarray(0, length))) ?? "none", /^is (empty|cut)/, String(length));
    }
    assert.equal(await problemOf(whole.subarray(0, 3000)), "is cut within base/1/2619");
    const packed = gzipSync(whole).subarray(0, -9);
    assert.equal(
      await tarProblem(".gz", inChunks(packed, 700)),
      "cannot be unpacked: unexpected end of file",
    );
  });

  it("tells a head that is damaged, and noise", async () => {
    const whole = await tar();
    const flipped = Buffer.from(whole);
    flipped.writeUInt8((flipped[1030] ?? 0) ^ 1, 1030);
    assert.equal(await problemOf(flipped), "is damaged after backup_label: no file begins there");
    assert.equal(
      await problemOf(Buffer.alloc(5000, "noise")),
      "is damaged after its first file: no file begins there",
    );
    assert.equal(await problemOf(Buffer.alloc(1024)), "holds no files");
  });

  it("takes the size of a large file from the entry before it", async () => {
    const packing = pack();
    packing.entry({ name: "large", size: 1500, pax: { size: "1500" } }, Buffer.alloc(1500, 1));
    packing.finalize();
    const whole = await buffer(packing);
    const head = 1024;
    // As Python writes it: the head itself says 0.
    whole.write("00000000000\0", head + 124);
    whole.write("        ", head + 148);
    const sum = whole.subarray(head, head + 512).reduce((total, byte) => total + byte, 0);
    whole.write(`${sum.toString(8).padStart(6, "0")}\0 `, head + 148);
    assert.equal(await problemOf(whole), undefined);
  });
});

describe("tarPacking", () => {
  it("goes by the ending", () => {
    assert.equal(tarPacking("data.tar"), "");
    assert.equal(tarPacking("data_0001.tar.snappy"), ".snappy");
    assert.equal(tarPacking("16999.tar.lz4"), ".lz4");
    assert.equal(tarPacking("data.tar.age"), "unknown");
    assert.equal(tarPacking("data.tar.gz.tmp"), "unknown");
    assert.equal(tarPacking("backup.info"), undefined);
  });
});
