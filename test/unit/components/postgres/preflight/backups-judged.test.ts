import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { EndedBackup } from "../../../../../components/archive/base-backup.ts";
import type { Newest } from "../../../../../components/archive/newest.ts";
import {
  type Judgement,
  backupProblems,
  shownSpan,
} from "../../../../../components/postgres/preflight/backups-judged.ts";
import { backup } from "../../archive/archives.ts";

const nothing: Newest = { count: 0, complete: undefined, incomplete: [], missingWal: undefined };
const judged = (newest: Partial<Newest>, at: string, more: Partial<Judgement> = {}): string[] =>
  backupProblems(
    { ...nothing, ...newest },
    {
      schedule: "0 0 2 * * *",
      url: "s3://b/orders",
      isAtRest: false,
      takeOne: "kubectl cnpg backup orders",
      now: new Date(at),
      ...more,
    },
  );

/** On 22 November, of a minute or as long as is said. */
const complete = (until = "02:01:00"): EndedBackup =>
  backup({ segments: [2, 2], times: ["02:00:00", until] });

describe("backups, by what is in the bucket", () => {
  it("are well while the newest is not older than the schedule allows, and a backup may take", () => {
    assert.deepEqual(judged({ count: 1, complete: complete() }, "2026-11-23T03:59:00Z"), []);
    assert.deepEqual(
      judged({ count: 1, complete: complete() }, "2026-11-29T03:59:00Z", { schedule: "0 0 2 * * 0" }),
      [],
    );
    // One of five hours may take ten the next time.
    assert.deepEqual(judged({ count: 1, complete: complete("07:00:00") }, "2026-11-23T15:00:00Z"), []);
  });

  it("are too old where the schedule should have brought another, and why it did not is said", () => {
    const [said = "", ...others] = judged({ count: 1, complete: complete() }, "2026-11-25T12:00:00Z");
    assert.match(
      said,
      /^has had no complete base backup for 3 days, and its schedule \("0 0 2 \* \* \*"\) takes one within 24 hours: the newest at s3:\/\/b\/orders is 20261122T020000, which ended at 2026-11-22T02:01:00Z\. No other has begun since\..*kubectl cnpg backup orders$/,
    );
    assert.deepEqual(others, []);
    const incomplete = [23, 24, 25, 26].map((day) => ({ id: `202611${day}T020000`, is: "is FAILED" }));
    assert.match(
      judged({ count: 5, complete: complete(), incomplete }, "2026-11-27T12:00:00Z").join(),
      /Since then: 20261123T020000 is FAILED, .*, and 1 more\./,
    );
    assert.match(
      judged({ complete: complete() }, "2026-11-22T04:20:00Z", { schedule: "@every 15m" }).join(),
      /for 2 hours/,
    );
  });

  it("are none where there are only failed ones", () => {
    assert.match(
      judged({}, "2026-11-25T12:00:00Z").join(),
      /^has no base backup at s3:\/\/b\/orders, and cannot/,
    );
    const incomplete = [{ id: "20261122T020000", is: "is FAILED" }];
    assert.match(
      judged({ count: 1, incomplete }, "2026-11-25T12:00:00Z").join(),
      /^has no complete base backup at s3:\/\/b\/orders \(20261122T020000 is FAILED\), and cannot be recovered/,
    );
  });

  it("lack WAL that never came, once it has had its time", () => {
    const state = { complete: complete(), missingWal: "000000010000000000000001" };
    assert.deepEqual(judged(state, "2026-11-22T02:30:00Z"), []);
    assert.match(
      judged(state, "2026-11-22T12:00:00Z").join(),
      /^has no WAL at s3:\/\/b\/orders from 000000010000000000000001 on, which PostgreSQL had written before/,
    );
  });

  it("are not missed while the database is stopped, but for there being none at all", () => {
    const state = { complete: complete(), missingWal: "000000010000000000000001" };
    assert.deepEqual(judged(state, "2026-12-25T12:00:00Z", { isAtRest: true }), []);
    assert.match(judged({}, "2026-12-25T12:00:00Z", { isAtRest: true }).join(), /^has no base backup/);
  });

  it("are taken too often where one takes longer than the schedule waits", () => {
    assert.match(
      judged({ complete: complete("02:20:00") }, "2026-11-22T02:40:00Z", {
        schedule: "0 */10 * * * *",
      }).join(),
      /^begins a base backup each 10 minutes .*20261122T020000, took 20 minutes/,
    );
  });

  it("say a time as people do", () => {
    const spans = {
      40: "40 s",
      600: "10 minutes",
      7_199: "120 minutes",
      86_400: "24 hours",
      259_200: "3 days",
    };
    for (const [seconds, said] of Object.entries(spans)) assert.equal(shownSpan(Number(seconds)), said);
  });
});
