import assert from "node:assert/strict";
import { it } from "mocha";

import { answersOf, copyPath, drillIn, needsPython, soundWorld } from "./drill-world.ts";
import type { World } from "./drill-world.ts";

needsPython.describe("a drill of a sound archive", () => {
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
    assert.match(terminated, /"result":"passed"/);
    assert.ok(!left.includes(copyPath));
  });
});

needsPython.describe("the heartbeat", () => {
  const isCalled = ({ requests }: { requests: string[] }) => requests.includes("GET /beat");

  it("is called after a drill that passed, and after no other", () => {
    const world = { ...soundWorld(), hasHeartbeat: true };
    assert.ok(isCalled(drillIn(world)));
    assert.ok(!isCalled(drillIn({ ...world, store: {} })));
  });
});

needsPython.describe("a drill to a random moment", () => {
  const copy = "shop-orders-rw.cnpg-drill.svc";
  const withRows = (...rows: string[]): World => {
    const world = soundWorld();
    world.job.moment = "random";
    world.databases[`${copy} cnpgrgw_drill`] = [
      ["select at from runs", rows.map((row) => [row])],
      ...answersOf(world, copy),
    ];
    return world;
  };

  it("restores to one between the base backup and the marker, which is not there yet", () => {
    const { result, objects } = drillIn({ ...withRows("@-604800"), undeletable: [copyPath] });
    assert.equal(result.checks.marker?.result, "passed");
    assert.match(result.moment ?? "", /^2026-11-(29|30)T/);
    const cluster = JSON.stringify(objects[copyPath]);
    assert.ok(cluster.includes(`"targetTime":"${result.moment ?? "none"}"`), cluster);
    assert.ok(cluster.includes('"backupID":"20261129T020000"'), cluster);
  });

  it("fails where the copy has what came after it", () => {
    const { result } = drillIn(withRows("@-604800", "@0"));
    assert.equal(result.reason, "wrong-moment");
  });

  it("fails where the copy lacks what came before it", () => {
    const { result } = drillIn(withRows());
    assert.equal(result.reason, "data-loss");
  });
});

needsPython.describe("a drill without a marker", () => {
  it("passes where replay came to the newest segment of the archive, and touches no source", () => {
    const world = soundWorld();
    world.job.marker = false;
    delete world.databases["orders-rw.shop.svc cnpgrgw_drill"];
    const { result } = drillIn(world);
    assert.equal(result.detail, null);
    assert.equal(result.checks.roles?.result, "skipped");
    assert.equal(result.dataLossSeconds, null);
  });

  it("fails where no log says how far replay came", () => {
    const world = soundWorld();
    world.job.marker = false;
    world.logs = {};
    assert.equal(drillIn(world).result.reason, "not-proven");
  });

  it("fails where replay ended before it", () => {
    const world = soundWorld();
    world.job.marker = false;
    world.logs["full-recovery"] = (world.logs["full-recovery"] ?? []).map((line) =>
      line.replace("redo done at 0/5000028", "redo done at 0/4FFFF28"),
    );
    assert.equal(drillIn(world).result.reason, "data-loss");
  });
});
