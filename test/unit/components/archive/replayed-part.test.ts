import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, it } from "mocha";
import { gunzipSync } from "node:zlib";

import fc from "fast-check";

import { readSegment } from "../../../../components/archive/segment-check.ts";
import { lsnBytes } from "../../../../components/archive/wal-segment.ts";

/**
 * Segments of 1 MiB that PostgreSQL 15 archived (`initdb --wal-segsize=1`): 08 with rows, a commit and a switch; 09 with
 * a commit and the beginning of a record of 3 MB, 0A that this record fills; 0C with a rollback and a switch. What is
 * expected of them is what `pg_waldump` prints.
 */
const segment = (number: string): Buffer =>
  gunzipSync(
    readFileSync(join(import.meta.dirname, "fixtures", "wal", `0000000100000000000000${number}.gz`)),
  );

const read = (number: string, bytes = segment(number)) =>
  readSegment({ name: `0000000100000000000000${number}`, packing: "" }, Readable.from([bytes]));

describe("what a recovery replays of a segment", () => {
  it("goes to the switch to the next one", async () => {
    assert.deepEqual(await read("08"), {
      problem: undefined,
      replayed: {
        endsAt: lsnBytes("0/900000"),
        lastRecordAt: lsnBytes("0/824D68"),
        lastTransaction: new Date("2026-11-30T14:50:59.129Z"),
      },
    });
  });

  it("ends at the last record that is whole, where one goes on in the next segment", async () => {
    const { problem, replayed } = await read("09");
    assert.deepEqual([problem, replayed?.endsAt], [undefined, lsnBytes("0/900098")]);
    assert.equal(replayed?.lastTransaction?.toISOString(), "2026-11-30T14:50:59.215Z");
  });

  it("is nothing where a single record fills the segment", async () => {
    const { problem, replayed } = await read("0A");
    assert.equal(problem, undefined);
    assert.deepEqual(replayed, { endsAt: undefined, lastRecordAt: undefined, lastTransaction: undefined });
  });

  it("has the time of a rollback, too", async () => {
    const { replayed } = await read("0C");
    assert.equal(replayed?.lastTransaction?.toISOString(), "2026-11-30T14:50:59.663Z");
  });

  it("ends before a record with another byte", async () => {
    const whole = segment("08");
    const used = lsnBytes("0/824D68") - lsnBytes("0/800000");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 40, max: used }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const damaged = Buffer.from(whole);
          damaged.writeUInt8(damaged.readUInt8(at) ^ change, at);
          const { problem, replayed } = await read("08", damaged);
          // Between records and in page headers there are a few bytes that nothing reads.
          if (problem === undefined) return isUnread(whole, at);
          return (replayed?.endsAt ?? 0) <= lsnBytes("0/800000") + at + 8;
        },
      ),
      { numRuns: 100 },
    );
  });

  it("ends where older records follow the newer ones", async () => {
    const whole = segment("08");
    const older = Buffer.from(whole);
    // Whole pages of the same segment, which are sound and not where they belong.
    whole.copy(older, 2 * 8192 + 24, 3 * 8192 + 24, 4 * 8192);
    const { problem, replayed } = await read("08", older);
    assert.notEqual(problem, undefined);
    assert.ok((replayed?.endsAt ?? Infinity) <= lsnBytes("0/800000") + 3 * 8192);
  });
});

async function isUnread(whole: Buffer, at: number): Promise<boolean> {
  const damaged = Buffer.from(whole);
  damaged.writeUInt8(damaged.readUInt8(at) ^ 0xff, at);
  return (await read("08", damaged)).problem === undefined;
}
