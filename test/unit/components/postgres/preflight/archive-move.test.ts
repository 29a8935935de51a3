import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { judge } from "../../../../../components/postgres/preflight/judge.ts";
import { observe } from "../../../../../components/postgres/preflight/observe.ts";
import { scheduleName } from "../../../../../components/postgres/plan/plan.ts";
import { type Reply, ok, startKubernetes } from "../wait/fake-kubernetes.ts";
import { clusterObject } from "../wait/objects.ts";
import { planned } from "../plans.ts";

const plan = planned();
const archiving = (destinationPath: string) => () =>
  ok(clusterObject({}, { backup: { barmanObjectStore: { destinationPath } } }));
const stays = archiving("s3://cnpg-backups/lab/orders");
const moves = archiving("s3://cnpg-backups/old/orders");

describe("the first base backup in a place", () => {
  const due = async (reply: Reply | undefined, resource?: () => Reply, isPreview = false) => {
    const scheduledBackup = (name: string): Reply =>
      (name === scheduleName(plan) ? reply : undefined) ?? { status: 404, body: {} };
    const { kubeconfig, close } = await startKubernetes({ scheduledBackup, ...(resource && { resource }) });
    try {
      const observer = { kubernetes: { kubeconfig }, owner: "me", isPreview, isClassOfResource: false };
      const observed = await observe(plan, observer);
      return judge(plan, observed, { isPreview, isProtected: true }).situation.isFirstBackupDue ?? false;
    } finally {
      close();
    }
  };

  it("is due of a Cluster that moves, and where an update was broken off before its schedule was made", async () => {
    assert.equal(await due(ok({ spec: {} }), moves), true);
    assert.equal(await due(undefined, stays), true);
  });

  it("is not where the schedule of that place is there, of a new Cluster, and where nobody tells", async () => {
    assert.equal(await due(ok({ spec: {} }), stays), false);
    assert.equal(await due(undefined), false);
    assert.equal(await due({ status: 403, body: {} }, stays), false);
    assert.equal(await due(undefined, stays, true), false, "a preview does not ask");
  });
});
