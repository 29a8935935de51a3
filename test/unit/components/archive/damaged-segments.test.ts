import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

import { withoutWrongSizes } from "../../../../components/archive/damage.ts";
import { damagedSegments } from "../../../../components/archive/damaged-segments.ts";
import type { Archive } from "../../../../components/archive/archive.ts";
import { shortLook } from "../../../../components/archive/look.ts";
import { segmentObject } from "../../../../components/archive/wal-segment.ts";
import { useFakeS3 } from "../s3/use-fake-s3.ts";
import { archive, backup, segmentName, wal } from "./archives.ts";
import { packedAs, packedSegment, wholeSegment } from "./packed-segment.ts";

/** On a machine that is busy with other tests, too. */
const ample = { seconds: 300, bytes: 2 ** 28 };

describe("a look into segments", () => {
  const s3 = useFakeS3();
  const held = archive({
    backups: [
      backup({ segments: [10, 11], times: ["10:00:00", "10:01:00"], segmentBytes: packedSegment.bytes }),
    ],
    segments: wal(1, [10, 30], "10:00:00"),
  });

  function put({ location, segments }: Archive, content: (name: string) => Uint8Array = wholeSegment): void {
    for (const segment of segments) {
      s3.store.objects.set(`${location.prefix}/${segmentObject(segment)}`, content(segment.name));
    }
  }

  const keyOf = (number: number): string =>
    `${held.location.prefix}/wals/0000000100000000/${segmentName(1, number)}.zst`;

  it("finds nothing in whole ones", async () => {
    put(held);
    const report = await damagedSegments(s3.connection, held, held.segments, ample);
    assert.deepEqual(report, { damaged: [], read: 21, skipped: 0 });
    assert.equal(shortLook(report), undefined);
  });

  it("names what is damaged, and why", async () => {
    put(held);
    s3.store.objects.set(keyOf(12), Buffer.alloc(0));
    s3.store.objects.set(keyOf(13), wholeSegment(segmentName(1, 13)).subarray(0, 100));
    s3.store.objects.set(keyOf(14), wholeSegment(segmentName(1, 15)));
    s3.store.objects.set(keyOf(15), wholeSegment(segmentName(1, 15), { systemId: "1" }));
    s3.store.objects.delete(keyOf(16));
    const { damaged, read } = await damagedSegments(s3.connection, held, held.segments, ample);
    assert.equal(read, 21);
    const reasons = damaged.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ reason }) => reason);
    assert.deepEqual(reasons, [
      "cannot be unpacked: it does not begin as zstd does",
      "cannot be unpacked: it ends in the middle",
      "is WAL of another position (0/F00000)",
      "is WAL of another database (system identifier 1, and that of the base backups is 7575757575757575757)",
      "is not there any more",
    ]);
  });

  it("keeps to its budget, and to a few requests at a time", async () => {
    put(held);
    const report = await damagedSegments(s3.connection, held, held.segments, { seconds: 300, bytes: 6000 });
    assert.deepEqual([report.read, report.skipped], [6, 15]);
    assert.equal(s3.store.requests.length, 6);
    assert.deepEqual(shortLook(report), {
      isBlind: false,
      text: "6 of the 21 WAL segments that this recovery needs were looked into. `npm run archive -- NAME --deep` reads them all.",
    });
    const none = await damagedSegments(s3.connection, held, held.segments, { seconds: 0.001, bytes: 6000 });
    assert.equal(none.skipped, 21);
    assert.match(shortLook(none)?.text ?? "", /^None of the 21 WAL segments/);
  });

  it("asks no more of a store that refuses", async () => {
    put(held);
    s3.store.errors = [{ when: /./, status: 403, code: "AccessDenied" }];
    const report = await damagedSegments(s3.connection, held, held.segments, ample);
    assert.deepEqual([report.read, report.damaged, report.skipped], [0, [], 21]);
    assert.match(report.failure ?? "", /^S3 permission problem: could not read WAL at s3:\/\/cnpg-backups/);
    assert.ok(s3.store.requests.length <= 4);
  });

  it("does not expect records to the end of where a timeline was left", async () => {
    const going = archive({ ...held, segments: wal(1, [12, 12], "10:00:00") });
    put(going, (name) => zstdCompressSync(zstdDecompressSync(wholeSegment(name)).fill(0, 0x40, 0xa0)));
    const left = {
      ...going,
      histories: [{ timeline: 2, ancestors: [{ timeline: 1, switchPoint: "0/C00060" }] }],
    };
    const reasons = async (of: Archive) =>
      (await damagedSegments(s3.connection, of, of.segments, ample)).damaged.map(({ reason }) => reason);
    assert.deepEqual(await reasons(going), [
      "is damaged at 0 B of it: the checksum of a record does not fit",
    ]);
    assert.deepEqual(await reasons(left), []);
  });
});

describe("withoutWrongSizes", () => {
  const { bytes, name } = packedSegment;
  const backups = [backup({ segments: [8, 8], times: ["10:00:00", "10:01:00"], segmentBytes: bytes })];
  const of = (size: number) => [{ name, archivedAt: new Date(0), bytes: size, packing: "" as const }];

  it("takes what is not packed and of another size for damaged", () => {
    assert.equal(packedAs("").length, bytes);
    assert.deepEqual(withoutWrongSizes(archive({ backups, segments: of(bytes) })).damaged, []);
    const { segments, damaged } = withoutWrongSizes(archive({ backups, segments: of(bytes / 2) }));
    assert.deepEqual(segments, []);
    assert.deepEqual(
      damaged.map(({ reason }) => reason),
      ["is cut: 512.0 KiB of 1.0 MiB"],
    );
    assert.deepEqual(withoutWrongSizes(archive({ segments: of(5) })).damaged, [], "no backup tells the size");
  });
});
