import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { gzipSync } from "node:zlib";

import {
  type ExpectedSegment,
  segmentProblem,
  sizeProblem,
} from "../../../../components/archive/segment-check.ts";
import { packings } from "../../../../components/archive/unpack/unpack.ts";
import { inChunks, packedAs, packedSegment } from "./packed-segment.ts";

const { name, bytes: segmentBytes, systemId } = packedSegment;
const plain = packedAs("");

function problemOf(
  content: Uint8Array,
  expected: Partial<ExpectedSegment> = {},
): Promise<string | undefined> {
  return segmentProblem(
    { name, packing: "", segmentBytes, systemId, ...expected },
    inChunks(content, 30_000),
  );
}

function changed(offset: number, bytes: Uint8Array): Buffer {
  const copy = Buffer.from(plain);
  copy.set(bytes, offset);
  return copy;
}

/** Where the records are, up to the end of what was written. */
function records(): [number, number][] {
  const found: [number, number][] = [];
  for (let start = 40; plain.readUInt32LE(start) > 0;) {
    const end = start + plain.readUInt32LE(start);
    found.push([start, end]);
    start = Math.ceil(end / 8) * 8;
  }
  assert.ok(found.length > 2);
  return found;
}

const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));

describe("segmentProblem", () => {
  it("has nothing against a segment of PostgreSQL, however it is packed and whatever is known of it", async () => {
    for (const packing of packings) {
      const expected = { name, packing, segmentBytes, systemId };
      assert.equal(await segmentProblem(expected, inChunks(packedAs(packing), 4096)), undefined, packing);
    }
    assert.equal(await problemOf(plain, { segmentBytes: undefined, systemId: undefined }), undefined);
    // A switch of timelines copies the beginning.
    assert.equal(await problemOf(plain, { name: name.replace("00000001", "00000003") }), undefined);
  });

  it("tells one that is empty, cut or too long", async () => {
    assert.equal(await problemOf(Buffer.alloc(0)), "is empty");
    assert.equal(await problemOf(gzipSync(""), { packing: ".gz" }), "is empty");
    assert.equal(await problemOf(plain.subarray(0, 300_000)), "is cut: 293.0 KiB of 1.0 MiB");
    assert.equal(await problemOf(plain.subarray(0, -1)), "is cut: 1048575 of 1048576 B");
    assert.equal(
      await problemOf(Buffer.concat([plain, Buffer.from("x")])),
      "is larger than a segment: 1048577 B, not 1048576 B",
    );
    const cut = packedAs(".zst").subarray(0, 100);
    assert.equal(await problemOf(cut, { packing: ".zst" }), "cannot be unpacked: it ends in the middle");
  });

  it("tells what is no WAL", async () => {
    assert.match((await problemOf(noise)) ?? "", /^is no WAL segment: it begins with [0-9A-F]{4}$/);
    assert.match((await problemOf(Buffer.from("<Error/>"))) ?? "", /^is no WAL segment: it has 8 B only$/);
    assert.match(
      (await problemOf(Buffer.alloc(segmentBytes))) ?? "",
      /^is no WAL segment: it begins with 0000$/,
    );
    const inner = changed(2, Uint8Array.of(0));
    assert.match((await problemOf(inner)) ?? "", /its first page is not the first one of a segment$/);
    assert.match((await problemOf(noise, { packing: ".zst" })) ?? "", /^cannot be unpacked: /);
  });

  it("tells WAL of something else", async () => {
    const other = (await problemOf(plain, { systemId: "1" })) ?? "";
    assert.match(
      other,
      new RegExp(`^is WAL of another database \\(system identifier ${systemId}, .* is 1\\)$`),
    );
    const moved = await problemOf(plain, { name: "000000010000000000000009" });
    assert.equal(moved, "is WAL of another position (0/800000)");
    assert.match(
      (await problemOf(plain, { segmentBytes: 2 ** 24 })) ?? "",
      /segments of 1\.0 MiB, .* with 16\.0 MiB$/,
    );
    const later = changed(4, Uint8Array.of(2));
    assert.equal(await problemOf(later), "is WAL of a later timeline, 2");
  });

  it("tells a byte that is changed, wherever there is something", async () => {
    for (const [from, to] of [[1, 2], [4, 16], ...records()] as const) {
      for (let offset = from; offset < to; offset += 1) {
        const flipped = changed(offset, Uint8Array.of((plain[offset] ?? 0) ^ 0x40));
        assert.match((await problemOf(flipped)) ?? "none", /^is /, String(offset));
      }
    }
  });

  it("does not look at what follows a switch, for nothing does", async () => {
    assert.equal(await problemOf(changed(500_000, noise)), undefined);
  });

  it("tells where what was written ends too early, but not where a timeline was left", async () => {
    const early = changed(0x78, Buffer.alloc(0x30));
    assert.match((await problemOf(early)) ?? "", /^is damaged at 0 B of it: /);
    assert.equal(await problemOf(early, { isLeft: true }), undefined);
  });

  it("reads WAL of a machine with the other byte order", async () => {
    const swapped = Buffer.from(plain.subarray(0, 40));
    swapped.subarray(0, 4).swap16();
    for (const at of [4, 16, 32, 36]) swapped.subarray(at, at + 4).swap32();
    for (const at of [8, 24]) swapped.subarray(at, at + 8).swap64();
    assert.equal(await problemOf(changed(0, swapped), { isLeft: true }), undefined);
  });
});

describe("sizeProblem", () => {
  it("tells by the size what it can", () => {
    const expected = { name, packing: "" as const, segmentBytes };
    assert.equal(sizeProblem(0, { ...expected, packing: ".gz" }), "is empty");
    assert.equal(sizeProblem(3, { ...expected, packing: ".gz" }), undefined);
    assert.equal(sizeProblem(segmentBytes, expected), undefined);
    assert.equal(sizeProblem(300_000, expected), "is cut: 293.0 KiB of 1.0 MiB");
    assert.equal(sizeProblem(300_000, { ...expected, segmentBytes: undefined }), undefined);
  });
});
