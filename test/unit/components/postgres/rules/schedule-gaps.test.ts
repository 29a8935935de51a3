import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { gapsOf, nightlySchedule } from "../../../../../components/postgres/rules/schedule-gaps.ts";
import { scheduleRule } from "../../../../../components/postgres/rules/schedule.ts";

const hour = 3_600;
const day = 24 * hour;

describe("the gaps of a schedule", () => {
  const cases: Record<string, [shortest: number, longest: number]> = {
    "0 0 2 * * *": [day, day],
    "@daily": [day, day],
    "@every 12h": [12 * hour, 12 * hour],
    "0 */15 * * * *": [hour / 4, hour / 4],
    "0 0 8-18/2 * * *": [2 * hour, 14 * hour],
    "30 5 1 * * MON-FRI": [day, 3 * day],
    "0 0 2 * * 0": [7 * day, 7 * day],
    "@monthly": [28 * day, 31 * day],
    // The 1st or a Monday: with both given either is enough.
    "0 0 2 1 * 1": [day, 7 * day],
    "0 0 2 29 2 *": [1461 * day, 1461 * day],
    "0 0 2,4 1 1 ?": [2 * hour, 366 * day - 2 * hour],
  };
  for (const [schedule, [shortest, longest]] of Object.entries(cases)) {
    it(`are known: ${schedule}`, () => {
      assert.equal(scheduleRule(schedule), undefined);
      assert.deepEqual(gapsOf(schedule), { shortest, longest });
    });
  }

  it("are not known of what is no schedule", () => {
    for (const text of ["", "nightly", "0 2 * * *", "@every soon", "constructor"])
      assert.equal(gapsOf(text), undefined);
  });
});

describe("the time of a database of which nobody says when", () => {
  it("is one a night, between two and five, the same each time", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (namespace, name) => {
        const schedule = nightlySchedule(namespace, name);
        assert.match(schedule, /^0 [1-5]?\d [2-4] \* \* \*$/);
        assert.equal(scheduleRule(schedule), undefined);
        assert.equal(nightlySchedule(namespace, name), schedule);
      }),
    );
  });

  it("is spread: of a hundred databases not more than a handful at once", () => {
    const times = Array.from({ length: 100 }, (_, i) => nightlySchedule("shop", `orders-${i}`));
    const together = times.map((time) => times.filter((other) => other === time).length);
    assert.ok(Math.max(...together) <= 5, String(Math.max(...together)));
  });
});
