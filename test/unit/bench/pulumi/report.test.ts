import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { comparisons, pulumiPlot, pulumiReport } from "../../../../bench/pulumi/report.ts";
import { type Results, operations } from "../../../../bench/pulumi/results.ts";
import { svgOf } from "../../../../report/plot.ts";

const peaks = { engine: 100 * 1024 ** 2, program: 200 * 1024 ** 2, plugins: 300 * 1024 ** 2 };
const results: Results = {
  machine: "2 cores",
  versions: "Pulumi engine 3",
  runs: 3,
  operations: operations.flatMap((operation) => [
    { program: "stack" as const, namespaces: 10, operation, seconds: 2.4, spread: 0.1, cpuSeconds: 3, peaks },
    { program: "flat" as const, namespaces: 10, operation, seconds: 2, spread: 0.2, cpuSeconds: 2, peaks },
  ]),
  ssh: [{ parallel: 16, namespaces: 10, up: { opened: 2, atOnce: 1 }, destroy: { opened: 1, atOnce: 1 } }],
};

describe("comparisons", () => {
  it("have each operation of both programs beside each other", () => {
    const found = comparisons(results);
    assert.deepEqual(
      found.map(({ operation }) => operation),
      [...operations],
    );
    assert.ok(found.every(({ ratio }) => Math.abs(ratio - 1.2) < 1e-9));
  });

  it("say what has nothing to be compared with", () => {
    const alone = results.operations.filter(({ program }) => program === "stack");
    assert.throws(() => comparisons({ ...results, operations: alone }), /no flat program for first up/);
  });
});

describe("pulumiReport", () => {
  it("has the command, the ratio and what went over it", () => {
    const page = pulumiReport(results);
    assert.match(page, /npm run bench -- pulumi/);
    assert.match(page, /\| no-op up \| 10 \| 2.40 \| 2.00 \| 1.20 \| no \| 3.00 \(2.00\) \| 10%, 20% \|/);
    assert.match(page, /\| 16 \| 10 \| 2 \| 1 \| 1 \| 1 \|/);
  });
});

describe("pulumiPlot", () => {
  it("has a panel for each operation", async () => {
    const svg = await svgOf(pulumiPlot(results));
    for (const operation of operations) assert.ok(svg.includes(operation));
  });
});
