import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { parseRuns } from "../../../../components/restore-drill/result.ts";

const passed = {
  run: "shop-orders-29400000",
  database: "shop/orders",
  result: "passed",
  startedAt: "2026-11-30T04:12:09Z",
};

describe("runs of a drill", () => {
  it("are none before the first run", () => {
    assert.deepEqual(parseRuns(undefined), []);
    assert.deepEqual(parseRuns("[]"), []);
  });

  it("have null for what was not measured", () => {
    const [run] = parseRuns(JSON.stringify([passed]));
    assert.equal(run?.reason, null);
    assert.equal(run.seconds.replay, null);
    assert.deepEqual(run.checks, {});
  });

  it("keep the checks by name", () => {
    const [run] = parseRuns(JSON.stringify([{ ...passed, checks: { answers: { result: "passed" } } }]));
    assert.deepEqual(run?.checks, { answers: { result: "passed", detail: null } });
  });

  it("that are none say what is wrong", () => {
    assert.throws(() => parseRuns("{"), /runs\.json is not JSON/);
    assert.throws(() => parseRuns(JSON.stringify([{ ...passed, result: "green" }])), /result/);
  });
});
