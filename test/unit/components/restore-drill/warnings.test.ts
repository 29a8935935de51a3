import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { parseRuns } from "../../../../components/restore-drill/result.ts";
import { drillWarnings } from "../../../../components/restore-drill/warnings.ts";

const now = new Date("2026-12-20T12:00:00Z");
const promise = {
  database: "shop/orders",
  schedule: "30 4 * * 0",
  deadlineSeconds: 3600,
  since: new Date("2026-11-01T00:00:00Z"),
};
const run = (result: string, startedAt: string, more: object = {}): object => ({
  ...{ run: "r", database: "shop/orders", result, startedAt },
  ...more,
});
const warnings = (runs: object[], changes: object = {}): string[] =>
  drillWarnings(parseRuns(JSON.stringify(runs)), { ...promise, ...changes }, now);

describe("warnings of a restore drill", () => {
  it("are none where the last one passed in time", () => {
    assert.deepEqual(warnings([run("passed", "2026-12-20T04:30:00Z")]), []);
    assert.deepEqual(warnings([run("passed", "2026-12-13T11:30:00Z")]), []);
  });

  it("give the reason of the last one that failed, in its words", () => {
    const failed = run("failed", "2026-12-20T04:30:00Z", {
      reason: "wal-gap",
      detail: "segment 0A is missing",
    });
    assert.deepEqual(warnings([failed, run("passed", "2026-12-13T11:30:00Z")]), [
      "The last restore drill of shop/orders failed (2026-12-20 04:30 UTC): wal-gap: segment 0A is missing. " +
        "`npm run drill -- status` shows all drills",
    ]);
    assert.deepEqual(warnings([run("passed", "2026-12-20T11:00:00Z"), failed]), []);
  });

  it("say how old the last one is that passed, once the longest gap and a run are over", () => {
    const [only = "", ...more] = warnings([run("passed", "2026-12-10T04:30:00Z")]);
    assert.match(only, /shop\/orders that passed is 10 days old.*`npm run drill -- now shop\/orders`/);
    assert.deepEqual(more, []);
    assert.equal(warnings([run("passed", "2026-12-13T10:59:59Z")]).length, 1);
    assert.equal(warnings([run("passed", "2026-12-13T11:00:01Z")]).length, 0);
  });

  it("count a skipped one neither as passed nor as failed", () => {
    const skipped = run("skipped", "2026-12-20T04:30:00Z", { reason: "source-at-rest" });
    assert.deepEqual(warnings([skipped, run("passed", "2026-12-14T04:30:00Z")]), []);
    assert.match(
      warnings([skipped, run("passed", "2026-12-01T04:30:00Z")])[0] ?? "",
      /19 days old.*; the last one was skipped \(source-at-rest\)/,
    );
    assert.match(warnings([skipped])[0] ?? "", /has never passed; the last one was skipped/);
  });

  it("let a new drill come to its first time before they miss it", () => {
    assert.deepEqual(warnings([], { since: new Date("2026-12-14T00:00:00Z") }), []);
    assert.match(warnings([])[0] ?? "", /has never run, and it is there since 2026-11-01 00:00 UTC/);
  });
});
