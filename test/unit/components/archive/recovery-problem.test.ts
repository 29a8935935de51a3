import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { Archive } from "../../../../components/archive/archive.ts";
import { neededSegments, withDamage } from "../../../../components/archive/damage.ts";
import { recoveryProblem } from "../../../../components/archive/recovery-problem.ts";
import type { RecoveryTarget } from "../../../../components/archive/recovery-problem.ts";
import { archive, at, backup, history, segmentName, wal } from "./archives.ts";

const first = backup({ segments: [10, 11], times: ["10:00:00", "10:01:00"] });
const second = backup({ segments: [60, 61], times: ["12:00:00", "12:01:00"] });
const everything = archive({ backups: [first, second], segments: wal(1, [10, 200], "10:00:00") });
const on = (time: string) => ({ targetTime: `2026-11-22T${time}Z` });
const fine = { problem: undefined, warnings: [] };

function without(whole: Archive, ...numbers: number[]): Archive {
  const names = numbers.map((number) => segmentName(1, number));
  return { ...whole, segments: whole.segments.filter(({ name }) => !names.includes(name)) };
}

/** Just a problem, or just one warning. */
function assertFinding(kind: "problem" | "warning", found: Archive, target: RecoveryTarget, pattern: RegExp) {
  const { problem, warnings } = recoveryProblem(found, target);
  assert.match((kind === "problem" ? problem : warnings[0]) ?? "", pattern);
  if (kind === "problem") assert.deepEqual(warnings, []);
  else assert.deepEqual([problem, warnings.length], [undefined, 1]);
}

describe("recoveryProblem", () => {
  it("has nothing against what is there", () => {
    const targets = [{}, on("10:01:00"), on("11:59:00"), on("13:00:00"), { backupId: first.id }];
    for (const target of targets) assert.deepEqual(recoveryProblem(everything, target), fine);
    const both = { ...on("13:00:00"), backupId: first.id };
    assert.deepEqual(recoveryProblem(everything, both), fine);
  });

  it("says that there is no base backup", () => {
    const nothing =
      /^there is no base backup at s3:\/\/cnpg-backups\/homelab\/orders\/orders\. Check the bucket/;
    assertFinding("problem", archive({}), {}, nothing);
    const onlyWal = archive({ segments: everything.segments });
    assertFinding("problem", onlyWal, {}, /There is WAL, but it needs a base backup/);
    const unfinished = archive({ backups: [{ ...first, status: "STARTED", extent: undefined }] });
    const pattern = /no base backup that has ended \(20261122T100000 is STARTED\)/;
    assertFinding("problem", unfinished, on("11:00:00"), pattern);
  });

  it("says from when on there are backups", () => {
    const pattern =
      /^targetTime 2026-11-22T09:00:00Z is too early: the oldest backup, 20261122T100000, ended at 2026-11-22T10:01:00Z/;
    assertFinding("problem", everything, on("09:00:00"), pattern);
    assertFinding("problem", everything, on("10:00:59"), /too early/);
    assertFinding(
      "problem",
      everything,
      { ...on("11:00:00"), backupId: second.id },
      /backup 20261122T120000 ended/,
    );
  });

  it("says which backups there are instead of an unknown one", () => {
    const pattern = /no backup x at .* that has ended\. Available: 20261122T100000, 20261122T120000\./;
    assertFinding("problem", everything, { backupId: "x" }, pattern);
  });

  it("knows that a backup cannot be restored without its data, and which one can", () => {
    const damaged = { ...everything, backups: [first, { ...second, missingFiles: ["data.tar"] }] };
    const pattern =
      /^backup 20261122T120000 cannot be restored: data\.tar, .*Set backupId to 20261122T100000, .*2026-11-22T10:01:00Z and can be restored/;
    assertFinding("problem", damaged, {}, pattern);
    assert.deepEqual(recoveryProblem(damaged, on("11:00:00")), fine);
    const alone = { ...damaged, backups: damaged.backups.slice(1) };
    assertFinding("problem", alone, {}, /There is no other backup that can be restored/);
  });

  it("knows that a backup cannot be restored without the WAL of its own time", () => {
    for (const number of [60, 61]) {
      const pattern = new RegExp(`backup 20261122T120000 cannot be restored: ${segmentName(1, number)}, WAL`);
      const { problem } = recoveryProblem(without(everything, number));
      assert.match(problem ?? "", pattern);
      assert.deepEqual(recoveryProblem(without(everything, number), on("10:30:00")), fine);
    }
  });

  it("warns that a backup has failed after its end", () => {
    const failed = { ...everything, backups: [first, { ...second, status: "FAILED" }] };
    assertFinding(
      "warning",
      failed,
      {},
      /20261122T120000 failed.*Set backupId to 20261122T100000, .* can be restored/,
    );
  });

  it("warns of backups of different clusters", () => {
    const mixed = { ...everything, backups: [{ ...first, systemId: "1" }, second] };
    assertFinding("warning", mixed, {}, /of 2 different database clusters/);
  });

  it("has doubts only, where a backup.info is not understood", () => {
    const unreadable = archive({ unreadableBackups: ["20261122T090000"] });
    const { problem, warnings } = recoveryProblem(unreadable);
    assert.equal(problem, undefined);
    assert.match(warnings.join(), /backup\.info of backup 20261122T090000.*there is no base backup/);
  });

  it("has doubts only, where the targetTime is not understood", () => {
    assertFinding("warning", everything, { targetTime: "yesterday" }, /targetTime yesterday cannot be read/);
  });
});

describe("recoveryProblem with a gap in the WAL", () => {
  // Segment 100 would have been archived at 11:30.
  const gapped = without({ ...everything, backups: [first] }, 100);
  const sentence = new RegExp(
    `^WAL ${segmentName(1, 100)} is missing, so nothing after 2026-11-22T11:29:00Z can be restored`,
  );

  it("warns how far recovery to the latest point gets", () => {
    assertFinding("warning", gapped, {}, sentence);
    assert.match(recoveryProblem(gapped).loss ?? "", sentence);
    assertFinding(
      "warning",
      without(gapped, 101, 102),
      {},
      /000064 to 000000010000000000000066 \(3 segments\) are/,
    );
  });

  it("is certain of a targetTime that is later than the gap by more than clocks may differ", () => {
    assertFinding("problem", gapped, on("11:45:00"), sentence);
    assertFinding("warning", gapped, on("11:40:00"), sentence);
    assertFinding("warning", gapped, on("11:20:00"), sentence);
    assert.deepEqual(recoveryProblem(gapped, on("11:10:00")), fine);
  });

  it("does not matter before the backup that is chosen", () => {
    const healed = {
      ...gapped,
      backups: [first, backup({ segments: [110, 110], times: ["11:40:00", "11:41:00"] })],
    };
    assert.deepEqual(recoveryProblem(healed), fine);
    assert.deepEqual(recoveryProblem(healed, on("11:45:00")), fine);
  });

  it("may still be filled, while what comes after it is new", () => {
    const fresh = { ...gapped, readAt: at("11:36:00") };
    assert.equal(recoveryProblem(fresh).loss, undefined, "it may still come");
    assertFinding("warning", fresh, on("11:59:00"), sentence);
  });

  it("is certain of a history file that is missing", () => {
    const segments = [...wal(1, [10, 40], "10:00:00"), ...wal(2, [40, 90], "10:31:00")];
    const pattern = /^00000002\.history is missing.*nothing after 2026-11-22T10:30:00Z/;
    const hidden = archive({ backups: [first], segments });
    assertFinding("warning", hidden, {}, pattern);
    assertFinding("problem", hidden, on("11:10:00"), pattern);
    assert.deepEqual(recoveryProblem({ ...hidden, histories: [history([40])] }, on("11:10:00")), fine);
  });
});

describe("recoveryProblem with damaged WAL", () => {
  const damagedAt = (...numbers: number[]): Archive => {
    const whole = { ...everything, backups: [first] };
    const names = numbers.map((number) => segmentName(1, number));
    const damaged = whole.segments.filter(({ name }) => names.includes(name));
    return withDamage(
      whole,
      Array.from(damaged, (segment) => ({
        ...segment,
        isPartial: false,
        reason: "is cut: 3.0 MiB of 16.0 MiB",
      })),
    );
  };
  const sentence = new RegExp(
    `^WAL ${segmentName(1, 100)} is cut: 3\\.0 MiB of 16\\.0 MiB\\. So nothing after 2026-11-22T11:29:00Z can be restored`,
  );

  it("takes it for the end, and says so even where nothing follows", () => {
    assertFinding("warning", damagedAt(100), {}, sentence);
    assert.match(recoveryProblem(damagedAt(100, 150)).loss ?? "", sentence);
    assertFinding("problem", damagedAt(100), on("11:45:00"), sentence);
    assert.deepEqual(recoveryProblem(damagedAt(100), on("11:10:00")), fine);
    // The last one is not waited for, as what is missing before it would be.
    const last = { ...damagedAt(200), readAt: at("13:11:00") };
    assert.match(recoveryProblem(last).loss ?? "", /^WAL .*C8 is cut.*after 2026-11-22T13:09:00Z/);
  });

  it("cannot restore a backup whose own it is", () => {
    const { problem } = recoveryProblem(damagedAt(11));
    assert.match(
      problem ?? "",
      /^backup .* cannot be restored: .*B, WAL that it needs to be consistent, is cut: 3/,
    );
  });
});

describe("neededSegments", () => {
  const numbers = (target: RecoveryTarget, from = everything): number[] =>
    Array.from(neededSegments(from, target), ({ name }) => parseInt(name.slice(8), 16));

  it("are those from the backup on, the newest one first", () => {
    assert.deepEqual(numbers({}), [200, ...Array.from({ length: 140 }, (_, index) => index + 60)]);
    assert.equal(numbers({ backupId: first.id }).length, 191);
    assert.deepEqual(numbers({}, archive({})), []);
  });

  it("end after the moment that is asked for, by as much as clocks may differ, and hold the backup's own", () => {
    // Segment 10 was archived at 10:00, and one each minute from then on.
    assert.deepEqual(numbers(on("10:01:30")), [27, ...Array.from({ length: 17 }, (_, index) => index + 10)]);
  });

  it("end at a gap, for nothing beyond it is replayed", () => {
    assert.deepEqual(numbers({}, without(everything, 63)), [62, 60, 61]);
  });
});

describe("recoveryProblem at the end of the WAL", () => {
  it("warns of a targetTime after it, since PostgreSQL does not take it for reached", () => {
    // Segment 200 was archived at 13:10.
    const pattern =
      /^the last WAL was archived at 2026-11-22T13:10:00Z, before targetTime 2026-11-22T13:20:00Z/;
    assertFinding("warning", everything, on("13:20:00"), pattern);
  });

  it("warns of a timeline that does not come from the backup", () => {
    const forked = archive({
      backups: [first],
      segments: [...wal(1, [10, 12], "10:00:00"), ...wal(2, [9, 20], "09:59:00")],
      histories: [history([9])],
    });
    assertFinding(
      "warning",
      forked,
      {},
      /timeline 2 does not come from backup 20261122T100000 on timeline 1/,
    );
  });
});
