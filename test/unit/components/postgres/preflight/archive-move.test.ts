import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { LiveCluster } from "../../../../../components/postgres/cluster/live-cluster.ts";
import { isFirstBackupDue } from "../../../../../components/postgres/preflight/archive-move.ts";
import { scheduleName } from "../../../../../components/postgres/plan/plan.ts";
import { type Reply, fakeKubernetes, ok } from "../wait/fake-kubernetes.ts";
import { planned } from "../plans.ts";

const plan = planned();
const present: LiveCluster = {
  state: "present",
  namespace: "shop",
  name: "orders",
  isBeingDeleted: false,
  instances: 1,
};
const move = { isAddress: false, from: "s3://cnpg-backups/old/orders/orders", to: "s3://cnpg-backups/lab" };

describe("the first base backup in a place", () => {
  const due = async (reply: Reply | undefined, live: LiveCluster, moves = false) => {
    const scheduledBackup = (name: string): Reply =>
      (name === scheduleName(plan) ? reply : undefined) ?? { status: 404, body: {} };
    const cluster = await fakeKubernetes({ scheduledBackup });
    return isFirstBackupDue({ plan, live, move: moves ? move : undefined }, cluster);
  };

  it("is due of a Cluster that moves, and where an update was broken off before its schedule was made", async () => {
    assert.equal(await due(ok({ spec: {} }), present, true), true);
    assert.equal(await due(undefined, present), true);
  });

  it("is not where the schedule of that place is there, of a new Cluster, and where nobody tells", async () => {
    assert.equal(await due(ok({ spec: {} }), present), false);
    assert.equal(await due(undefined, { state: "absent" }), false);
    assert.equal(await due({ status: 403, body: {} }, present), false);
    assert.equal(await isFirstBackupDue({ plan, live: present, move: undefined }, undefined), false);
  });
});
