import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "mocha";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";

import {
  type Chunks,
  type Packing,
  UnpackError,
  packings,
  unpack,
  unpacked,
} from "../../../../../components/archive/unpack/unpack.ts";
import { inChunks, packedAs, packedSegment } from "../packed-segment.ts";

async function digest(packing: Packing, packed: Chunks): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of unpack(packing, packed)) hash.update(chunk);
  return hash.digest("hex");
}

async function lengthOf(packing: Packing, packed: Chunks): Promise<number> {
  let length = 0;
  for await (const chunk of unpack(packing, packed)) length += chunk.length;
  return length;
}

const compressed = packings.filter((packing) => packing !== "");

describe("unpack", () => {
  it("knows all endings that barman gives", () => {
    assert.deepEqual(packings, ["", ".gz", ".zst", ".snappy", ".lz4", ".bz2", ".xz"]);
  });

  for (const packing of packings) {
    it(`gives back what barman packed: ${packing || "nothing"}`, async () => {
      for (const size of [97, 10_000_000]) {
        assert.equal(await digest(packing, inChunks(packedAs(packing), size)), packedSegment.sha256);
      }
    });
  }

  for (const packing of compressed) {
    it(`does not take ${packing} that is cut for whole`, async () => {
      const packed = packedAs(packing);
      // Snappy has no end: of what is cut between two frames, the length tells.
      const steps = 8;
      for (let step = 0; step < steps; step += 1) {
        const cut = packed.subarray(0, Math.floor((packed.length * step) / steps));
        await assert.rejects(digest(packing, inChunks(cut, 4096)), UnpackError, `${step}/${steps}`);
      }
    });

    it(`does not take noise for ${packing}`, async () => {
      for (const noise of [Buffer.alloc(1000, 7), Buffer.alloc(1000), Buffer.from("text")]) {
        await assert.rejects(digest(packing, inChunks(noise, 4096)), UnpackError);
      }
    });
  }

  it("sees a changed byte by the checksums of what has any", async () => {
    for (const packing of [".gz", ".bz2", ".xz", ".snappy"] as const) {
      const packed = packedAs(packing);
      const changed = Buffer.from(packed);
      const place = Math.min(100, packed.length >> 1);
      changed.writeUInt8(changed.readUInt8(place) ^ 0x10, place);
      await assert.rejects(digest(packing, inChunks(changed, 4096)), UnpackError, packing);
    }
  });

  it("says what is wrong with them", async () => {
    const words = {
      ".gz": "unexpected end of file",
      ".zst": "it ends in the middle",
      ".snappy": "it ends in the middle",
      ".lz4": "it ends in the middle",
      ".bz2": "it ends in the middle",
      ".xz": "it ends in the middle",
    };
    for (const [packing, message] of Object.entries(words)) {
      const ending = compressed.find((known) => known === packing) ?? "";
      const cut = packedAs(ending).subarray(0, -20);
      await assert.rejects(digest(ending, inChunks(cut, 4096)), { name: "UnpackError", message });
    }
  });

  it("reads zstd of several frames, with checksums, with what is to be skipped, and of nothing", async () => {
    const { ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag } = constants;
    const zstd = (text: string, params: Record<number, number>): Buffer => zstdCompressSync(text, { params });
    const skipped = Buffer.concat([Buffer.from("502a4d1803000000", "hex"), Buffer.from("abc")]);
    const frames = [
      zstd("one, ", { [ZSTD_c_checksumFlag]: 1 }),
      skipped,
      zstd("", {}),
      zstd("x".repeat(300_000), { [ZSTD_c_contentSizeFlag]: 0 }),
    ];
    const packed = Buffer.concat(frames);
    const read = await unpacked(".zst", inChunks(packed, 7), 1_000_000);
    assert.equal(read.toString(), `one, ${"x".repeat(300_000)}`);
    for (let cut = 1; cut <= frames.reduce((least, { length }) => Math.min(least, length), 9); cut += 1) {
      await assert.rejects(unpacked(".zst", inChunks(packed.subarray(0, -cut), 7), 1_000_000), UnpackError);
    }
  });

  it("throws on what reading throws", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(gzipSync("x").subarray(0, 5));
      throw new TypeError("the connection is gone");
    }
    for (const packing of packings) {
      const packed = packing === ".gz" || packing === "" ? broken() : brokenAfter(packedAs(packing));
      await assert.rejects(digest(packing, packed), { name: "TypeError", message: "the connection is gone" });
    }
  });

  it("reads no further than is asked of it", async () => {
    for (const packing of packings) {
      let isClosed = false;
      const packed = watched(packedAs(packing), () => (isClosed = true));
      for await (const chunk of unpack(packing, packed)) if (chunk.length > 0) break;
      await new Promise(setImmediate);
      assert.ok(isClosed, packing);
    }
  });

  it("needs no more memory where there is more to unpack", async () => {
    // 64 MiB each: gzip, zstd, lz4 and bzip2 may be followed by more of the same.
    for (const packing of [".gz", ".zst", ".lz4"] as const) {
      const before = process.memoryUsage().rss;
      const bytes = await lengthOf(packing, repeated(packedAs(packing), 64));
      assert.equal(bytes, 64 * packedSegment.bytes);
      assert.ok(process.memoryUsage().rss - before < 48e6, packing);
    }
  });
});

async function* repeated(bytes: Buffer, times: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < times; index += 1) yield await Promise.resolve(bytes);
}

async function* brokenAfter(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes.subarray(0, 30));
  throw new TypeError("the connection is gone");
}

async function* watched(bytes: Buffer, onEnd: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* inChunks(bytes, 64);
  } finally {
    onEnd();
  }
}
