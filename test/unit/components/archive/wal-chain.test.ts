import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { Archive } from "../../../../components/archive/archive.ts";
import { missingOwnWal, walChain } from "../../../../components/archive/wal-chain.ts";
import { archive, at, backup, history, segmentName, wal } from "./archives.ts";

const first = backup({ segments: [10, 11], times: ["10:00:00", "10:01:00"] });

function chainOf(parts: Partial<Archive>, of = first) {
  const { reached, reachedAt, gaps, path } = walChain(archive(parts), of);
  return {
    reached: reached?.name,
    reachedAt,
    gaps: gaps.map(({ first: from, last, count }) => [from, last, count]),
    forkedTo: path.forkedTo,
    missingHistory: path.missingHistory,
  };
}

const whole = { gaps: [], forkedTo: undefined, missingHistory: undefined };

describe("walChain", () => {
  it("is whole when nothing is missing, whatever is there from before the backup", () => {
    const segments = [...wal(1, [2, 5], "08:00:00"), ...wal(1, [10, 20], "10:00:00")];
    const expected = { ...whole, reached: segmentName(1, 20), reachedAt: at("10:10:00") };
    assert.deepEqual(chainOf({ segments }), expected);
  });

  it("goes over from log to log", () => {
    const late = backup({ segments: [254, 255], times: ["10:00:00", "10:01:00"] });
    const segments = wal(1, [254, 300], "10:00:00");
    assert.deepEqual(chainOf({ segments }, late).gaps, []);
    const lacking = segments.filter(({ name }) => name !== "000000010000000100000000");
    const gap = ["000000010000000100000000", "000000010000000100000000", 1];
    assert.deepEqual(chainOf({ segments: lacking }, late).gaps, [gap]);
  });

  it("has a gap for each run of missing segments, and gets to the first", () => {
    const segments = [
      ...wal(1, [10, 14], "10:00:00"),
      ...wal(1, [16, 18], "10:06:00"),
      ...wal(1, [30, 31], "10:20:00"),
    ];
    assert.deepEqual(chainOf({ segments }), {
      ...whole,
      reached: segmentName(1, 14),
      reachedAt: at("10:04:00"),
      gaps: [
        [segmentName(1, 15), segmentName(1, 15), 1],
        [segmentName(1, 19), segmentName(1, 29), 11],
      ],
    });
  });

  it("gets nowhere without its first segment", () => {
    const { reached, reachedAt, gaps } = chainOf({ segments: wal(1, [12, 13], "10:02:00") });
    assert.deepEqual([reached, reachedAt], [undefined, undefined]);
    assert.deepEqual(gaps, [[segmentName(1, 10), segmentName(1, 11), 2]]);
    assert.equal(chainOf({}).reached, undefined);
  });
});

describe("walChain after a failover", () => {
  const failover = {
    segments: [...wal(1, [10, 14], "10:00:00"), ...wal(2, [15, 20], "10:06:00")],
    partialSegments: wal(1, [15, 15], "10:05:30"),
    histories: [history([15])],
  };

  it("goes on with the new timeline in the segment of the switch", () => {
    const expected = { ...whole, reached: segmentName(2, 20), reachedAt: at("10:11:00") };
    assert.deepEqual(chainOf(failover), expected);
  });

  it("does not need what the old primary wrote after the switch", () => {
    const segments = [...failover.segments, ...wal(1, [15, 16], "10:05:00"), ...wal(1, [19, 19], "10:09:00")];
    assert.deepEqual(chainOf({ ...failover, segments }).gaps, []);
  });

  it("does not need the history file's text", () => {
    const histories = [{ timeline: 2, ancestors: undefined }];
    assert.deepEqual(chainOf({ ...failover, histories }), chainOf(failover));
    const twice = [...histories, { timeline: 3, ancestors: undefined }];
    const segments = [...failover.segments, ...wal(3, [21, 22], "10:12:00")];
    assert.equal(chainOf({ ...failover, segments, histories: twice }).reached, segmentName(3, 22));
    assert.deepEqual(chainOf({ ...failover, segments, histories: twice }).gaps, []);
  });

  it("finds that the segment of the switch is missing, and what the old primary had of it", () => {
    const segments = failover.segments.filter(({ name }) => name !== segmentName(2, 15));
    assert.deepEqual(chainOf({ ...failover, segments }), {
      ...whole,
      reached: segmentName(1, 14),
      reachedAt: at("10:05:30"),
      gaps: [[segmentName(2, 15), segmentName(2, 15), 1]],
    });
  });

  it("is whole while the new timeline has no segment yet", () => {
    const expected = { ...whole, reached: segmentName(1, 14), reachedAt: at("10:05:30") };
    assert.deepEqual(chainOf({ ...failover, segments: wal(1, [10, 14], "10:00:00") }), expected);
  });

  it("passes over a timeline that was left in the segment in which it began", () => {
    const segments = [...wal(1, [10, 14], "10:00:00"), ...wal(3, [15, 20], "10:06:00")];
    for (const known of [true, false]) {
      const third = history([15, 15]);
      const histories = [history([15]), third].map((file) =>
        known ? file : { ...file, ancestors: undefined },
      );
      assert.deepEqual(chainOf({ segments, histories }).gaps, []);
      assert.equal(chainOf({ segments, histories }).reached, segmentName(3, 20));
    }
  });

  it("stops where PostgreSQL does not find the next timeline", () => {
    const { reached, missingHistory } = chainOf({ ...failover, histories: [] });
    assert.deepEqual([reached, missingHistory], [segmentName(1, 14), "00000002.history"]);
    const third = chainOf({ ...failover, histories: [history([15, 18])] });
    assert.equal(third.missingHistory, "00000002.history");
  });

  it("needs no WAL of ancestors that its backup does not come from", () => {
    const recovered = backup({ timeline: 2, segments: [16, 16], times: ["10:07:00", "10:08:00"] });
    assert.deepEqual(chainOf({ ...failover, segments: wal(2, [16, 20], "10:07:00") }, recovered).gaps, []);
  });

  it("notices a backup of the old primary, from after the switch", () => {
    const late = backup({ segments: [16, 17], times: ["10:07:00", "10:08:00"] });
    const segments = [...failover.segments, ...wal(1, [16, 17], "10:07:00")];
    assert.equal(chainOf({ ...failover, segments }, late).forkedTo, 2);
    assert.equal(chainOf({ ...failover, segments }).forkedTo, undefined);
  });
});

describe("missingOwnWal", () => {
  it("is the first segment without any copy, from the backup's begin to its end", () => {
    const own = (parts: Partial<Archive>, of = first) => missingOwnWal(archive(parts), of);
    assert.equal(own({ segments: wal(1, [10, 11], "10:00:00") }), undefined);
    assert.equal(own({ segments: wal(1, [10, 10], "10:00:00") }), segmentName(1, 11));
    assert.equal(own({ segments: wal(1, [11, 30], "10:00:00") }), segmentName(1, 10));
    assert.equal(own({}), segmentName(1, 10));
  });

  it("takes a partial segment, and one of another timeline", () => {
    const segments = [...wal(1, [10, 10], "10:00:00"), ...wal(2, [11, 11], "10:01:00")];
    assert.equal(missingOwnWal(archive({ segments }), first), undefined);
    const partialSegments = wal(1, [11, 11], "10:01:00");
    const partly = archive({ segments: wal(1, [10, 10], "10:00:00"), partialSegments });
    assert.equal(missingOwnWal(partly, first), undefined);
  });

  it("asks for the first segment by its name, as CloudNativePG does", () => {
    const segments = [...wal(2, [10, 10], "10:00:00"), ...wal(1, [11, 11], "10:01:00")];
    assert.equal(missingOwnWal(archive({ segments }), first), segmentName(1, 10));
  });

  it("does not need the segment that begins where the backup of a standby ends", () => {
    const standby = backup({ segments: [10, 11], times: ["10:00:00", "10:01:00"] });
    standby.extent.endLsn = "0/B000000";
    assert.equal(missingOwnWal(archive({ segments: wal(1, [10, 10], "10:00:00") }), standby), undefined);
  });
});
