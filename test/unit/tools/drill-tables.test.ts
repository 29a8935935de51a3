import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { svgOf } from "../../../report/plot.ts";
import type { LiveDrill } from "../../../components/restore-drill/live-drills.ts";
import { parseRuns } from "../../../components/restore-drill/result.ts";
import { ago, historyPlot, historyReport, runReport, statusTable } from "../../../tools/drill-tables.ts";

const now = new Date("2026-12-20T12:00:00Z");
const runs = parseRuns(
  JSON.stringify([
    {
      ...{
        run: "a",
        database: "shop/orders",
        result: "failed",
        reason: "wal-gap",
        detail: "segment 0A is missing",
      },
      startedAt: "2026-12-20T04:30:00Z",
    },
    {
      ...{ run: "b", database: "shop/orders", result: "passed", startedAt: "2026-12-13T04:30:00Z" },
      ...{ moment: "latest", backupId: "20261213T020000", recoverySeconds: 41.4, dataLossSeconds: 3 },
    },
  ]),
);
const common = { schedule: "30 4 * * 0", isSuspended: false, deadlineSeconds: 3600, since: now };
const drills: LiveDrill[] = [
  { ...common, drill: "shop-orders", runs },
  { ...common, drill: "shop-stock", runs: [], isSuspended: true },
];

describe("the tables of restore drills", () => {
  it("show the last drill of each database, and one that never ran", () => {
    assert.equal(
      statusTable(drills, now),
      [
        "| database | last drill | age | RPO | RTO | reason |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| shop/orders | failed | 7 h | – | – | wal-gap |",
        "| shop-stock | never ran (suspended) | – | – | – | – |",
      ].join("\n"),
    );
  });

  it("show the history, and its plot", async () => {
    const page = historyReport(drills, now, "drills.svg");
    assert.match(page, /!\[RPO and RTO over time\]\(drills\.svg\)/);
    assert.match(page, /\| 2026-12-13 04:30 \| passed \| latest \| 20261213T020000 \| 3 s \| 41 s \|/);
    assert.match(page, /## shop-stock\n\nIt has never run\./);
    assert.match(await svgOf(historyPlot(drills)), /^<svg[^]*Time to recover/);
  });

  it("report a run in its own words, and an age in its largest unit", () => {
    const [failed = assert.fail()] = runs;
    assert.match(runReport(failed), /^shop\/orders: failed: wal-gap: segment 0A is missing\n/);
    const ages = ["2026-12-20T11:00:00Z", "2026-12-19T12:00:00Z", "2026-12-10T12:00:00Z"];
    assert.deepEqual(
      ages.map((each) => ago(each, now)),
      ["60 min", "24 h", "10 d"],
    );
  });
});
