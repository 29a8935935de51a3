import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import type { Archive } from "../../../../components/archive/archive.ts";
import { describeArchive } from "../../../../components/archive/describe.ts";
import { recoverability } from "../../../../components/archive/recoverability.ts";
import { recoveryProblem } from "../../../../components/archive/recovery-problem.ts";
import { packings } from "../../../../components/archive/unpack/unpack.ts";
import type { WalSegment } from "../../../../components/archive/wal-segment.ts";
import { archive, at, backup, history, lsnIn, segmentName } from "./archives.ts";

const minuteMs = 60_000;
const fine = { problem: undefined, warnings: [] };

/** The life of a cluster: a segment each half hour, failovers in some of them, backups during others. */
interface Life {
  first: number;
  length: number;
  segmentBytes: number;

  /** Offsets of segments from the first one; ascending. */
  failovers: number[];
  backups: number[];

  /** Whether an old primary archived more after it had been replaced. */
  isDivided: boolean;

  /** Whether the history files can be read. */
  isReadable: boolean;
}

const offsets = (maxLength: number) =>
  fc.uniqueArray(fc.nat({ max: 40 }), { maxLength }).map((list) => list.sort((a, b) => a - b));

const lives: fc.Arbitrary<Life> = fc.record({
  first: fc.nat({ max: 2 ** 20 }),
  length: fc.integer({ min: 42, max: 60 }),
  segmentBytes: fc.integer({ min: 20, max: 30 }).map((power) => 2 ** power),
  failovers: offsets(4),
  backups: offsets(4).filter((list) => list.length > 0),
  isDivided: fc.boolean(),
  isReadable: fc.boolean(),
});

const timeOf = (offset: number): Date => new Date(at("00:00:00").getTime() + offset * 30 * minuteMs);

/** On the timeline of the last failover before it, or in it. */
const timelineAt = ({ failovers }: Life, offset: number): number =>
  1 + failovers.filter((failover) => failover <= offset).length;

function lived(life: Life): Archive {
  const { first, length, segmentBytes, failovers } = life;
  const file = (timeline: number, offset: number): WalSegment => ({
    name: segmentName(timeline, first + offset, segmentBytes),
    archivedAt: timeOf(offset + 1),
    bytes: 1,
    packing: ".zst",
  });
  const all = Array.from({ length }, (_, offset) => file(timelineAt(life, offset), offset));
  const strays = life.isDivided
    ? failovers.flatMap((at, index) => [file(index + 1, at), file(index + 1, at + 1)])
    : [];
  const histories = failovers.map((_, index) =>
    history(failovers.slice(0, index + 1).map((at) => first + at)),
  );
  const switches = failovers.map((at) => lsnIn(first + at, segmentBytes));
  return archive({
    readAt: timeOf(length + 10),
    backups: life.backups.map((offset) => backupAt(life, offset)),
    segments: byName([...all, ...strays]),
    partialSegments: failovers.map((at, index) => file(index + 1, at)),
    histories: histories.map(({ timeline, ancestors }) => ({
      timeline,
      ancestors: life.isReadable
        ? ancestors?.map((ancestor, index) => ({ ...ancestor, switchPoint: switches[index] ?? "" }))
        : undefined,
    })),
  });
}

/** It starts after what happens in its first segment, and ends in the next one but one, before what happens there. */
function backupAt(life: Life, offset: number) {
  const { first, segmentBytes } = life;
  const timeline = timelineAt(life, offset);
  const made = backup({
    timeline,
    segments: [first + offset, first + offset],
    times: ["00:00:00", "00:00:00"],
    segmentBytes,
  });
  const begin = timeOf(offset).getTime();
  made.extent.beginTime = new Date(begin + 10 * minuteMs);
  made.extent.endTime = new Date(begin + 20 * minuteMs);
  return { ...made, id: String(offset) };
}

const byName = (segments: WalSegment[]): WalSegment[] =>
  [...new Map(segments.map((segment) => [segment.name, segment])).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );

function without(whole: Archive, name: string): Archive {
  return {
    ...whole,
    segments: whole.segments.filter((segment) => segment.name !== name),
    partialSegments: whole.partialSegments.filter((segment) => segment.name !== name),
  };
}

describe("an archive that lacks nothing", () => {
  it("raises no alarm, for any backup and any time", () => {
    fc.assert(
      fc.property(lives, fc.nat({ max: 1000 }), (life, permille) => {
        const whole = lived(life);
        assert.deepEqual(recoverability(whole).wal?.gaps, []);
        assert.deepEqual(recoveryProblem(whole), fine);
        for (const { id } of whole.backups) assert.deepEqual(recoveryProblem(whole, { backupId: id }), fine);
        const { firstPoint, lastWal } = recoverability(whole);
        assert.ok(firstPoint && lastWal);
        const span = lastWal.archivedAt.getTime() - firstPoint.getTime();
        const targetTime = new Date(firstPoint.getTime() + (span * permille) / 1000).toISOString();
        assert.deepEqual(recoveryProblem(whole, { targetTime }), fine, targetTime);
      }),
    );
  });

  it("is not there before its first backup", () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 1, max: 1_000_000 }), (life, seconds) => {
        const whole = lived(life);
        const firstPoint = recoverability(whole).firstPoint?.getTime() ?? 0;
        const targetTime = new Date(firstPoint - seconds * 1000).toISOString();
        assert.match(recoveryProblem(whole, { targetTime }).problem ?? "", /too early/);
      }),
    );
  });
});

describe("an archive that lacks a segment", () => {
  it("says so where the segment is needed, and only there", () => {
    fc.assert(
      fc.property(lives, fc.nat({ max: 59 }), (life, offset) => {
        fc.pre(offset < life.length - 1);
        const timeline = timelineAt(life, offset);
        const name = segmentName(timeline, life.first + offset, life.segmentBytes);
        const lacking = without(lived(life), name);
        for (const start of life.backups) {
          const { problem, warnings } = recoveryProblem(lacking, { backupId: String(start) });
          const found = [problem ?? "", ...warnings].join("\n");
          if (start > offset) assert.equal(found, "");
          else assert.ok(found.includes(name), `${name} for ${start}: ${found}`);
          assert.equal(problem !== undefined, start === offset);
        }
      }),
    );
  });

  it("is certain of the loss only for a time that cannot have been reached before", () => {
    fc.assert(
      fc.property(lives, fc.nat({ max: 59 }), fc.nat({ max: 1800 }), (life, offset, minutes) => {
        const start = life.backups[0] ?? 0;
        const lost = start + 1 + offset;
        fc.pre(lost < life.length - 1);
        const name = segmentName(timelineAt(life, lost), life.first + lost, life.segmentBytes);
        const lacking = without(lived(life), name);
        const target = new Date(timeOf(start + 1).getTime() + minutes * minuteMs);
        const { problem } = recoveryProblem(lacking, {
          backupId: String(start),
          targetTime: target.toISOString(),
        });
        // What was committed until the segment before was archived is there.
        if (target <= timeOf(lost)) assert.equal(problem, undefined);
        // A copy of another timeline, which ends in the lost segment, gets half an hour further.
        if (target > new Date(timeOf(lost + 1).getTime() + 15 * minuteMs)) assert.ok(problem?.includes(name));
      }),
    );
  });
});

describe("whatever an archive holds", () => {
  it("is looked at without an error", () => {
    const name = fc.stringMatching(/^[0-9A-F]{24}$/);
    const segments = fc.array(
      fc.record({
        name,
        archivedAt: fc.date({ noInvalidDate: true }),
        bytes: fc.nat(),
        packing: fc.constantFrom(...packings),
      }),
    );
    const history = fc.record({ timeline: fc.nat({ max: 5 }), ancestors: fc.constant(undefined) });
    fc.assert(
      fc.property(segments, segments, fc.array(history), lives, (some, partial, histories, life) => {
        const odd = archive({ ...lived(life), segments: some, partialSegments: partial, histories });
        assert.equal(typeof describeArchive(odd), "string");
      }),
    );
  });
});
