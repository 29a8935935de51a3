import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";

import fc from "fast-check";

import { type WalContent, walContent } from "../../../../../components/cnpg/archive/wal-content.ts";
import { lsnBytes } from "../../../../../components/cnpg/archive/wal-segment.ts";

/**
 * Segments of 1 MiB that PostgreSQL 15 archived (`initdb --wal-segsize=1`): 08 with rows, a commit and a switch; 09 with
 * a commit and the beginning of a record of 3 MB, 0A that this record fills; 0C with a rollback and a switch. What is
 * expected of them is what `pg_waldump` prints.
 */
const segment = (number: string): Buffer =>
  gunzipSync(
    readFileSync(join(import.meta.dirname, "fixtures", "wal", `0000000100000000000000${number}.gz`)),
  );

function read(bytes: Uint8Array): WalContent {
  const content = walContent(bytes);
  assert.ok(!("problem" in content), JSON.stringify(content));
  return content;
}

describe("walContent", () => {
  it("reads a segment to the switch to the next one", () => {
    assert.deepEqual(read(segment("08")), {
      timeline: 1,
      systemId: "7713977101484693752",
      segmentBytes: 2 ** 20,
      startsAt: lsnBytes("0/800000"),
      endsAt: lsnBytes("0/900000"),
      lastRecordAt: lsnBytes("0/824D68"),
      isWhole: true,
      lastTransaction: new Date("2026-11-30T14:50:59.129Z"),
    });
  });

  it("ends at the last record that is whole, where one goes on in the next segment", () => {
    const { endsAt, isWhole, lastTransaction } = read(segment("09"));
    assert.deepEqual([endsAt, isWhole], [lsnBytes("0/900098"), true]);
    assert.equal(lastTransaction?.toISOString(), "2026-11-30T14:50:59.215Z");
  });

  it("has no record where a single one fills the segment", () => {
    const { startsAt, endsAt, lastRecordAt, isWhole } = read(segment("0A"));
    assert.deepEqual([endsAt, lastRecordAt, isWhole], [startsAt, undefined, true]);
  });

  it("knows the time of a rollback, too", () => {
    assert.equal(read(segment("0C")).lastTransaction?.toISOString(), "2026-11-30T14:50:59.663Z");
  });

  it("notes each byte of a record that is another one, and ends before that record", () => {
    const whole = segment("08");
    const used = lsnBytes("0/824D68") - lsnBytes("0/800000");
    fc.assert(
      fc.property(fc.integer({ min: 40, max: used }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(whole);
        damaged.writeUInt8((damaged.readUInt8(at) ^ change) & 0xff, at);
        const { isWhole, endsAt } = read(damaged);
        // Between records and after page headers there are a few bytes that nothing reads.
        if (isWhole) return isPadding(whole, at);
        return endsAt <= lsnBytes("0/800000") + at + 8;
      }),
      { numRuns: 200 },
    );
  });

  it("notes what is cut, blanked or overwritten", () => {
    const whole = segment("08");
    for (const damage of [
      whole.subarray(0, 100_000),
      Buffer.concat([whole.subarray(0, 100_000), Buffer.alloc(900_000)]),
    ]) {
      const { isWhole, endsAt } = read(damage);
      assert.equal(isWhole, false);
      assert.ok(endsAt < lsnBytes("0/800000") + 100_000);
    }
    for (const noise of [
      Buffer.alloc(2 ** 20, 0xa5),
      Buffer.alloc(2 ** 20),
      Buffer.alloc(0),
      Buffer.from("<Error/>"),
    ]) {
      const content = walContent(noise);
      assert.ok("problem" in content);
      assert.match(content.problem, /^is no WAL segment: /);
    }
  });

  it("ends on whatever bytes it is given", () => {
    const header = segment("08").subarray(0, 40);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        const content = walContent(Buffer.concat([header, bytes]));
        return "problem" in content || !content.isWhole;
      }),
    );
  });
});

/** PostgreSQL aligns records and page headers to 8 bytes, and the header of a record has two spare ones. */
function isPadding(whole: Buffer, at: number): boolean {
  const damaged = Buffer.from(whole);
  damaged.writeUInt8(damaged.readUInt8(at) ^ 0xff, at);
  return read(damaged).isWhole;
}
