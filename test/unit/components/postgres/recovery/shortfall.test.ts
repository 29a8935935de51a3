import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import type { Archive } from "../../../../../components/archive/archive.ts";
import type { SegmentReport } from "../../../../../components/archive/segment-check.ts";
import type { ReplayedPart } from "../../../../../components/archive/wal-records.ts";
import type { WalSegment } from "../../../../../components/archive/wal-segment.ts";
import type { EndOfReplay } from "../../../../../components/postgres/recovery/end-of-replay.ts";
import { shortfallOf } from "../../../../../components/postgres/recovery/shortfall.ts";
import {
  archive,
  at,
  backup,
  defaultSegmentBytes as size,
  history,
  segmentName,
  wal,
} from "../../archive/archives.ts";

const base = backup({ segments: [10, 11], times: ["10:00:00", "10:01:00"] });
const numberOf = ({ name }: WalSegment): number => parseInt(name.slice(16), 16);

/** A segment that is filled to near its end, with a transaction at its archiving; others as the test says. */
function content(segment: WalSegment, more: Partial<ReplayedPart> = {}, problem?: string): SegmentReport {
  const startsAt = numberOf(segment) * size;
  const replayed = {
    endsAt: startsAt + size - 64,
    lastRecordAt: startsAt + size - 128,
    lastTransaction: segment.archivedAt,
    ...more,
  };
  return { problem, replayed };
}
const unreadable = (problem: string): SegmentReport => ({ problem, replayed: undefined });
const inTheMiddle = "is damaged at 8192 B of it: the checksum of a record does not fit";

interface Case {
  parts: Partial<Archive>;
  end: EndOfReplay;
  contents?: Record<string, SegmentReport>;
}

async function found({ parts, end, contents = {} }: Case) {
  const result = await shortfallOf(archive(parts), base, end, (segment) =>
    Promise.resolve(contents[segment.name] ?? content(segment)),
  );
  return "missed" in result
    ? [result.missed, result.why, result.isSoundNow, result.lastTransaction?.toISOString().slice(11, 16)]
    : ["complete", result.lastTransaction?.toISOString().slice(11, 16)];
}

const segments = wal(1, [10, 20], "10:00:00");
/** The end of the last record of a segment. */
const endOf = (number: number, timeline = 1): EndOfReplay => ({ timeline, endsAt: (number + 1) * size - 64 });
const segmentOf = (number: number): WalSegment =>
  segments[number - 10] ?? assert.fail(`no segment ${number}`);

describe("shortfallOf", () => {
  it("is complete at the end of the last segment, at a switch after it, and beyond what was archived then", async () => {
    for (const endsAt of [21 * size - 64, 21 * size, 22 * size + 5000]) {
      assert.deepEqual(await found({ parts: { segments }, end: { timeline: 1, endsAt } }), [
        "complete",
        "10:10",
      ]);
    }
  });

  it("names a segment that is missing, and what there is before it", async () => {
    const lacking = segments.filter((segment) => numberOf(segment) !== 15);
    const expected = [segmentName(1, 15), "is missing in the archive", false, "10:04"];
    assert.deepEqual(await found({ parts: { segments: lacking }, end: endOf(14) }), expected);
    // After a switch, the end of one segment is the start of the next.
    assert.deepEqual(
      await found({ parts: { segments: lacking }, end: { timeline: 1, endsAt: 15 * size } }),
      expected,
    );
  });

  it("names a segment that is damaged as a whole, in the middle, or at the end of the archive", async () => {
    const noise = unreadable("cannot be unpacked: invalid magic");
    assert.deepEqual(
      await found({ parts: { segments }, end: endOf(14), contents: { [segmentName(1, 15)]: noise } }),
      [segmentName(1, 15), noise.problem, false, "10:04"],
    );
    assert.deepEqual(
      await found({ parts: { segments }, end: endOf(19), contents: { [segmentName(1, 20)]: noise } }),
      [segmentName(1, 20), noise.problem, false, "10:09"],
    );
    const half = 20 * size + size / 2;
    const halfWay = content(segmentOf(20), { endsAt: half, lastTransaction: at("10:09:30") }, inTheMiddle);
    assert.deepEqual(
      await found({
        parts: { segments },
        end: { timeline: 1, endsAt: half },
        contents: { [segmentName(1, 20)]: halfWay },
      }),
      [segmentName(1, 20), inTheMiddle, false, "10:09"],
    );
  });

  it("names what is empty or of a wrong size at the end of the archive", async () => {
    const [last = assert.fail()] = segments.slice(-1);
    const parts = {
      segments: segments.slice(0, -1),
      damaged: [{ ...last, isPartial: false, reason: "is empty" }],
    };
    const contents = { [last.name]: unreadable("is empty") };
    assert.deepEqual(await found({ parts, end: endOf(19), contents }), [
      last.name,
      "is empty",
      false,
      "10:09",
    ]);
  });

  it("says of a segment that is sound that it could not be read meanwhile", async () => {
    const expected = [segmentName(1, 16), "could not be read while the recovery ran", true, "10:05"];
    assert.deepEqual(await found({ parts: { segments }, end: endOf(15) }), expected);
  });

  it("does not ask for a record whose end was never archived", async () => {
    const filled = (number: number) =>
      content(segmentOf(number), {
        endsAt: undefined,
        lastRecordAt: undefined,
        lastTransaction: undefined,
      });
    const contents = { [segmentName(1, 19)]: filled(19), [segmentName(1, 20)]: filled(20) };
    assert.deepEqual(await found({ parts: { segments }, end: endOf(18), contents }), ["complete", "10:08"]);
  });

  it("follows a switch of timelines, and notes where that was not seen", async () => {
    const parts = {
      segments: [...wal(1, [10, 14], "10:00:00"), ...wal(2, [14, 18], "10:05:00")],
      histories: [history([14])],
    };
    assert.deepEqual(await found({ parts, end: endOf(18, 2) }), ["complete", "10:09"]);
    const [missed, , isSoundNow] = await found({ parts, end: endOf(14, 1) });
    assert.deepEqual([missed, isSoundNow], ["00000002.history", true]);
  });

  it("takes a timeline whose history is gone for data that are there and not reached", async () => {
    const parts = { segments: [...wal(1, [10, 14], "10:00:00"), ...wal(2, [14, 18], "10:05:00")] };
    const [missed] = await found({ parts, end: endOf(14, 1) });
    assert.equal(missed, "00000002.history");
  });

  it("goes by the start of the last record, where the log says no more", async () => {
    const lastRecordAt = (number: number) => ({ timeline: 1, lastRecordAt: (number + 1) * size - 128 });
    assert.deepEqual(await found({ parts: { segments }, end: lastRecordAt(20) }), ["complete", "10:10"]);
    const [missed] = await found({ parts: { segments }, end: lastRecordAt(17) });
    assert.equal(missed, segmentName(1, 18));
  });

  it("finds whichever segment is damaged, as PostgreSQL does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 12, max: 20 }),
        fc.constantFrom("missing", "noise", "half"),
        async (number, how) => {
          const half = number * size + size / 2;
          const parts = {
            segments: segments.filter((each) => how !== "missing" || numberOf(each) !== number),
          };
          const bad: Record<string, SegmentReport> = {
            noise: unreadable("is no WAL segment: noise"),
            half: content(segmentOf(number), { endsAt: half }, inTheMiddle),
          };
          const end = how === "half" ? { timeline: 1, endsAt: half } : endOf(number - 1);
          const contents = how === "missing" ? {} : { [segmentName(1, number)]: bad[how] ?? assert.fail() };
          const [missed] = await found({ parts, end, contents });
          // The last one that is missing is what was never archived: the normal end of a crashed database.
          assert.equal(missed, how === "missing" && number === 20 ? "complete" : segmentName(1, number));
        },
      ),
    );
  });
});
