import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { copyPath, drillIn, needsPython, soundWorld } from "./drill-world.ts";

describe("a drill of a sound archive", needsPython, () => {
  it("finds its marker, measures, and leaves nothing", () => {
    const { code, result, runs, left, terminated } = drillIn(soundWorld());
    assert.equal(result.detail, null);
    assert.equal(result.result, "passed");
    assert.equal(code, 0);
    assert.equal(result.dataLossSeconds, 12.5);
    assert.equal(result.backupId, "20261129T020000");
    assert.equal(result.databaseBytes, 31_000_000);
    assert.equal(result.seconds.replay, 10);
    assert.equal(result.checks.marker?.result, "passed");
    assert.deepEqual(runs, [result]);
    assert.equal(JSON.parse(terminated).result, "passed");
    assert.ok(!left.includes(copyPath));
  });
});
