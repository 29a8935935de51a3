import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { goals, isReached } from "../../../../bench/backup/goals.ts";
import { backupPlot, backupReport } from "../../../../bench/backup/report.ts";
import { svgOf } from "../../../../report/plot.ts";
import { results } from "./results.ts";

describe("goals", () => {
  it("are ratios of the same run", () => {
    const found = goals(results).map((goal) => [Number(goal.measured.toFixed(3)), isReached(goal)]);
    assert.deepEqual(found, [
      [14, true],
      [1, true],
      [4, true],
      [3, true],
      [2, false],
    ]);
  });

  it("say what was not measured", () => {
    assert.throws(() => goals({ ...results, base: [] }), /not measured: .*snappy/);
  });
});

describe("backupReport", () => {
  const page = backupReport(results);

  it("has the command, the ratios and the default", () => {
    assert.match(page, /npm run bench -- backup/);
    assert.match(page, /\| \*\*snappy, jobs 2\*\* \(default\) \| 6.00 \|.*\| 14.0 × \| 1.00 × \|/);
    assert.match(page, /PUT\s+6.00 s \(233 MB\/s\)/);
    assert.match(page, /`A=1` \| 0.250 \| 0.200 \| 0.500 ×/);
  });
});

describe("backupPlot", () => {
  it("shows every setting", async () => {
    const svg = await svgOf(backupPlot(results));
    for (const name of ["gzip, jobs 2", "snappy, jobs 2", "zstd, 2 in parallel"])
      assert.ok(svg.includes(name));
  });
});
