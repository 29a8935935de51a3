import assert from "node:assert/strict";
import { before, describe, it } from "mocha";

import { RestoreDrill } from "../../../../components/index.ts";
import type { RestoreDrillArgs } from "../../../../components/index.ts";
import { type Declared, family, findSoon, recordResources, valueOf } from "../../mocks.ts";

let declared: Declared[];

before(async () => {
  declared = await recordResources();
});

const orders = {
  namespace: "shop",
  clusterName: "orders",
  serverName: "orders-2",
  destinationPath: "s3://cnpg-backups/homelab/orders",
};

function given(more: Partial<RestoreDrillArgs> = {}): RestoreDrillArgs {
  return {
    databases: [{ name: "orders", of: orders }],
    store: {
      connection: { endpoint: "http://10.0.0.10:7480/", accessKeyId: "WRITES", secretAccessKey: "all" },
      readOnlyKeys: { accessKeyId: "READS", secretAccessKey: "only" },
    },
    ...more,
  };
}

describe("restore drill", () => {
  it("makes a namespace of its own, and a CronJob for each database", async () => {
    const drills = new RestoreDrill("whole", given());
    assert.deepEqual(await valueOf(drills.cronJobs), { orders: "shop-orders" });
    assert.deepEqual(family(declared, "whole").sort(), [
      "cnpg-rgw:restore-drill:RestoreDrill whole",
      "kubernetes:barmancloud.cnpg.io/v1:ObjectStore whole-orders-object-store",
      "kubernetes:batch/v1:CronJob whole-orders-cron-job",
      "kubernetes:core/v1:ConfigMap whole-orders-runs",
      "kubernetes:core/v1:ConfigMap whole-scripts",
      "kubernetes:core/v1:Namespace whole-namespace",
      "kubernetes:core/v1:ResourceQuota whole-quota",
      "kubernetes:core/v1:Secret whole-orders-marker-role-secret",
      "kubernetes:core/v1:Secret whole-orders-marker-secret",
      "kubernetes:core/v1:Secret whole-store-secret",
      "kubernetes:core/v1:ServiceAccount whole-account",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy whole-copies-policy",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy whole-drills-policy",
      "kubernetes:postgresql.cnpg.io/v1:Database whole-orders-marker-database",
      "kubernetes:postgresql.cnpg.io/v1:DatabaseRole whole-orders-marker-role",
      "kubernetes:rbac.authorization.k8s.io/v1:Role whole-orders-source-role",
      "kubernetes:rbac.authorization.k8s.io/v1:Role whole-role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding whole-orders-source-role-binding",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding whole-role-binding",
      "random:index/randomPassword:RandomPassword whole-orders-marker-password",
    ]);
  });

  it("keeps keys in Secrets, and gives the drill those that can only read", async () => {
    new RestoreDrill("keys", given());
    const secret = await findSoon(declared, "keys-store-secret");
    assert.deepEqual(secret.inputs.stringData, {
      S3_ACCESS_KEY_ID: "READS",
      S3_SECRET_ACCESS_KEY: "only",
      S3_REGION: "local",
    });
    assert.deepEqual(secret.secrets, ["stringData"]);
    const cronJob = await findSoon(declared, "keys-orders-cron-job");
    assert.deepEqual(cronJob.secrets, []);
    assert.doesNotMatch(JSON.stringify(cronJob.inputs), /READS|WRITES|made-by/);
  });

  it("has no right beyond its namespace but to read the Cluster", async () => {
    new RestoreDrill("rights", given());
    await findSoon(declared, "rights-orders-cron-job");
    const kinds = family(declared, "rights").filter((each) => each.includes("rbac"));
    assert.ok(!kinds.some((each) => each.includes("Cluster")), kinds.join());
    const source = await findSoon(declared, "rights-orders-source-role");
    assert.deepEqual(source.inputs.rules, [
      {
        apiGroups: ["postgresql.cnpg.io"],
        resources: ["clusters"],
        verbs: ["get"],
        resourceNames: ["orders"],
      },
    ]);
  });

  it("without a marker touches nothing in the database's namespace but the right to read", async () => {
    new RestoreDrill("bare", given({ databases: [{ name: "orders", of: orders, marker: false }] }));
    await findSoon(declared, "bare-orders-cron-job");
    assert.ok(!family(declared, "bare").some((each) => each.includes("marker")));
  });

  it("refuses what cannot be meant", () => {
    const one = (more: object) => given({ databases: [{ name: "orders", of: orders, ...more }] });
    const refused: [string, RestoreDrillArgs, RegExp][] = [
      ["schedule", one({ schedule: "0 30 4 * * 0" }), /databases\[orders\]\.schedule must be five fields/],
      ["moment", one({ moment: "noon" }), /moment must be one of latest, random, not "noon"/],
      ["pages", one({ checks: { pages: "all" } }), /checks\.pages must be one of catalogs, full, none/],
      ["deadline", one({ deadlineSeconds: 5 }), /deadlineSeconds must be a whole number of seconds from 300/],
      ["runs", one({ keepRuns: 50 }), /keepRuns must be a whole number of runs from 1 to 20/],
      ["place", one({ of: { ...orders, destinationPath: "orders" } }), /must be a place like/],
      ["heartbeat", given({ heartbeatUrl: "hc-ping.com/abc" }), /heartbeatUrl must be an https:\/\/ URL$/],
      ["twice", given({ databases: [1, 2].map(() => ({ name: "orders", of: orders })) }), /two of the name/],
    ];
    for (const [name, args, message] of refused) {
      assert.throws(() => new RestoreDrill(`refused-${name}`, args), message, name);
    }
  });
});
