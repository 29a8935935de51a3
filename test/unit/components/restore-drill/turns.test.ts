import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { drillSchedule, drillScheduleRule } from "../../../../components/restore-drill/schedule.ts";
import { type World, drillIn, needsPython, soundWorld } from "./drill-world.ts";

const leasePath = "/apis/coordination.k8s.io/v1/namespaces/cnpg-drill/leases/restore-drill";
const later = "2999-01-01T00:00:00.000000Z";

function withLease(spec: object, annotations: Record<string, string> = {}): World {
  const world = soundWorld();
  world.objects[leasePath] = { metadata: { name: "restore-drill", annotations }, spec };
  return world;
}

needsPython.describe("the Lease of drills", () => {
  it("is given back after a run", () => {
    const { objects, result } = drillIn(soundWorld());
    assert.equal(result.result, "passed");
    assert.match(JSON.stringify(objects[leasePath]), /"holderIdentity":""/);
  });

  it("lets one drill restore at a time: another is skipped when its time to wait is over", () => {
    const held = { holderIdentity: "other", renewTime: later, leaseDurationSeconds: 120 };
    const { result, code, requests } = drillIn(withLease(held));
    assert.deepEqual([result.result, result.reason, code], ["skipped", "busy", 0]);
    assert.match(result.detail ?? "", /held for 60 s by other/);
    assert.ok(!requests.some((request) => request.includes("/clusters")));
  });

  it("is taken from a drill that was killed", () => {
    const dead = {
      holderIdentity: "other",
      renewTime: "2026-01-01T00:00:00.000000Z",
      leaseDurationSeconds: 120,
    };
    assert.equal(drillIn(withLease(dead)).result.result, "passed");
  });

  it("goes to the drill that was proven longest ago", () => {
    const runs = [
      { run: "before", database: "shop/orders", result: "passed", startedAt: "2026-11-20T00:00:00Z" },
    ];
    const outcomeBeside = (proven: string, until = later) => {
      const world = withLease(
        { holderIdentity: "" },
        { "waiting.cnpg-rgw/shop-stock": `${proven} ${until}` },
      );
      world.objects["/api/v1/namespaces/cnpg-drill/configmaps/shop-orders-runs"] = {
        metadata: { name: "shop-orders-runs" },
        data: { "runs.json": JSON.stringify(runs) },
      };
      return drillIn(world).objects[leasePath];
    };
    const waits = /"waiting\.cnpg-rgw\/shop-orders":"2026-11-20T00:00:00Z /;
    assert.match(JSON.stringify(outcomeBeside("2026-11-19T00:00:00Z")), waits);
    assert.match(JSON.stringify(outcomeBeside("never")), waits);
    assert.doesNotMatch(JSON.stringify(outcomeBeside("2026-11-21T00:00:00Z")), waits);
    // A drill that waited once and has ended since.
    assert.doesNotMatch(JSON.stringify(outcomeBeside("never", "2026-11-01T00:00:00.000000Z")), waits);
  });
});

describe("the default schedule", () => {
  const databases = Array.from({ length: 300 }, (_, i) => drillSchedule(`team-${i % 40}`, `database-${i}`));
  const countBy = (keyOf: (schedule: string) => string) => {
    const counts = new Map<string, number>();
    for (const schedule of databases) counts.set(keyOf(schedule), (counts.get(keyOf(schedule)) ?? 0) + 1);
    return [...counts.values()];
  };

  it("is one that Kubernetes takes, and stays the same for a name", () => {
    for (const schedule of databases) assert.equal(drillScheduleRule(schedule), undefined, schedule);
    assert.equal(drillSchedule("shop", "orders"), drillSchedule("shop", "orders"));
  });

  it("spreads 300 databases over the nights of a week, and over the minutes of a night", () => {
    const perNight = countBy((schedule) => {
      const [, hour, , , day] = schedule.split(" ").map(Number);
      return String(((day ?? 0) + ((hour ?? 0) < 12 ? 6 : 0)) % 7);
    });
    assert.equal(perNight.length, 7);
    // At five minutes each, a night's drills end before the longest wait for a turn is over.
    assert.ok(Math.max(...perNight) * 5 < 300, String(perNight));
    assert.ok(Math.min(...perNight) > 20, String(perNight));
    assert.ok(Math.max(...countBy((schedule) => schedule)) <= 4);
  });
});
