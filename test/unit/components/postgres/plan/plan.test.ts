import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { schemaProblems } from "../../../../../components/crds/schema-problems.ts";
import {
  defaultServerName,
  planOf,
  privateCasOf,
  scheduleName,
} from "../../../../../components/postgres/plan/plan.ts";
import type { RecoverySettings, Settings } from "../../../../../components/postgres/settings.ts";
import { fromOrders, inTree, orders, store } from "../settings.ts";

describe("the plan of a database", () => {
  const variants: Record<string, Settings> = {
    "with the plugin": orders,
    "in-tree": { ...orders, backup: inTree },
    "over https with a private CA": {
      ...orders,
      backup: {
        ...orders.backup,
        store: { ...store, endpoint: "https://10.0.0.10:7443", hasPrivateCa: true },
      },
    },
    "recovered, with the plugin": { ...orders, recovery: fromOrders },
    "recovered in-tree to a point in time": {
      ...orders,
      backup: inTree,
      recovery: { ...fromOrders, targetTime: "2026-01-22T10:00:00Z", backupId: "20260122T080000" },
    },
    "without compression": {
      ...orders,
      backup: { ...orders.backup, dataCompression: "none", walCompression: "none" },
    },
  };
  for (const [name, settings] of Object.entries(variants)) {
    it(`is valid against the CRDs: ${name}`, () => {
      const plan = planOf(settings);
      assert.deepEqual(schemaProblems("Cluster", plan.cluster), []);
      assert.deepEqual(schemaProblems("ObjectStore", plan.objectStore), []);
      assert.deepEqual(schemaProblems("ScheduledBackup", plan.scheduledBackup), []);
      if (plan.sourceStore) assert.deepEqual(schemaProblems("ObjectStore", plan.sourceStore), []);
    });
  }

  it("has a schedule of its own for each place that it archives to", () => {
    const [here, again, ...elsewhere] = [
      orders,
      { ...orders, backup: { ...orders.backup, method: "barmanObjectStore" } },
      { ...orders, backup: { ...orders.backup, store: { ...store, endpoint: "https://10.0.0.10:7443" } } },
      { ...orders, backup: { ...orders.backup, store: { ...store, path: "/another" } } },
      { ...orders, backup: { ...orders.backup, serverName: "orders-2" } },
    ].map((settings) => scheduleName(planOf(settings)));
    assert.match(here ?? "", /^orders-[0-9a-f]{8}$/);
    assert.equal(again, here);
    assert.equal(new Set([here, ...elsewhere]).size, 4);
  });

  it("puts each cluster under a prefix of its own", () => {
    const plan = planOf(orders);
    assert.equal(plan.destinationPath, "s3://cnpg-backups/lab/orders");
    assert.deepEqual(plan.archive, { bucket: "cnpg-backups", prefix: "lab/orders/orders" });
    assert.equal(plan.objectStore.configuration.destinationPath, plan.destinationPath);
  });

  it("archives and backs up with the plugin, which the ScheduledBackup must name", () => {
    const { cluster, scheduledBackup } = planOf(orders);
    assert.deepEqual(cluster.plugins, [
      {
        name: "barman-cloud.cloudnative-pg.io",
        isWALArchiver: true,
        parameters: { barmanObjectName: "orders", serverName: "orders" },
      },
    ]);
    assert.equal(cluster.backup, undefined);
    assert.partialDeepStrictEqual(scheduledBackup, {
      immediate: true,
      suspend: false,
      method: "plugin",
      pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
    });
  });

  it("in-tree has no plugin, and boto3's checksums as RGW takes them", () => {
    const { cluster } = planOf({ ...orders, backup: inTree });
    assert.equal(cluster.plugins, undefined);
    assert.equal(cluster.backup?.retentionPolicy, "14d");
    assert.ok(cluster.env?.some(({ name }) => name === "AWS_REQUEST_CHECKSUM_CALCULATION"));
  });

  it("reads the source from an ObjectStore that deletes nothing", () => {
    const plan = planOf({ ...orders, clusterName: "orders-restored", recovery: fromOrders });
    assert.equal(plan.sourceStore?.configuration.destinationPath, "s3://cnpg-backups/lab/orders");
    assert.equal(plan.sourceStore.retentionPolicy, undefined);
    assert.equal(plan.serverName, "orders-restored");
    assert.deepEqual(plan.source?.archive.prefix, "lab/orders/orders");
  });

  it("reads from a place of any depth", () => {
    const at = (path: string, method: string) =>
      planOf({
        ...orders,
        backup: { ...orders.backup, method },
        recovery: {
          ...fromOrders,
          from: undefined,
          store: { ...store, bucket: "old", path },
          serverName: "SRV",
        },
      });
    const root = at("", "plugin");
    assert.equal(root.sourceStore?.configuration.destinationPath, "s3://old");
    assert.deepEqual(root.source?.archive, { bucket: "old", prefix: "SRV" });
    assert.equal(root.serverName, "orders", "it is not the database's own prefix");
    const deep = at("a/b", "barmanObjectStore");
    const [source] = deep.cluster.externalClusters ?? [];
    assert.equal(source?.barmanObjectStore?.destinationPath, "s3://old/a/b");
    assert.equal(source.barmanObjectStore.serverName, "SRV");
    assert.deepEqual(deep.source?.archive, { bucket: "old", prefix: "a/b/SRV" });
  });

  it("says which private CAs the plugin mounts: those of the ObjectStores that the Cluster refers to", () => {
    const privately = { ...store, endpoint: "https://10.0.0.10:7443", hasPrivateCa: true };
    const backup = { ...orders.backup, store: privately };
    const ca = { name: "cnpg-backup-s3", key: "S3_CA_BUNDLE" };
    assert.deepEqual(privateCasOf(planOf(orders)), { orders: undefined });
    assert.deepEqual(privateCasOf(planOf({ ...orders, backup })), { orders: ca });
    const recovery = { ...fromOrders, store: privately };
    assert.deepEqual(privateCasOf(planOf({ ...orders, recovery })), {
      orders: undefined,
      "orders-origin": ca,
    });
    assert.deepEqual(
      privateCasOf(planOf({ ...orders, backup: { ...inTree, store: privately }, recovery })),
      {},
    );
    const elsewhere = { bootstrap: { recovery: { source: "another" } } };
    assert.deepEqual(privateCasOf(planOf({ ...orders, recovery, spec: elsewhere })), { orders: undefined });
  });

  it("lets the user's spec win, key by key", () => {
    const { cluster } = planOf({ ...orders, spec: { postgresql: { parameters: { work_mem: "64MB" } } } });
    assert.deepEqual(cluster.postgresql?.parameters, { archive_timeout: "5min", work_mem: "64MB" });
  });

  it("keeps the plugin, the source and the checksum settings beside the user's own", () => {
    const [other, variable] = [{ name: "other" }, { name: "TZ", value: "UTC" }];
    const spec = { plugins: [other], externalClusters: [other], env: [variable] };
    const objectStore = { instanceSidecarConfiguration: { env: [variable] } };
    const plan = planOf({ ...orders, recovery: fromOrders, spec, backup: { ...orders.backup, objectStore } });
    const names = (list: readonly { name?: string }[] = []) => list.map(({ name }) => name);
    assert.deepEqual(names(plan.cluster.plugins), ["barman-cloud.cloudnative-pg.io", "other"]);
    assert.deepEqual(names(plan.cluster.externalClusters), ["origin", "other"]);
    const withChecksums = ["AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION", "TZ"];
    assert.deepEqual(names(plan.objectStore.instanceSidecarConfiguration?.env), withChecksums);
    assert.deepEqual(names(planOf({ ...orders, backup: inTree, spec }).cluster.env), withChecksums);
  });

  it("has no PodDisruptionBudget for a single instance, which would block each drain", () => {
    assert.equal(planOf({ ...orders, instances: 1 }).cluster.enablePDB, false);
    assert.equal(planOf(orders).cluster.enablePDB, true);
  });

  it("keeps volumes by deleting the Cluster alone, where asked", () => {
    assert.deepEqual(planOf(orders).annotations, {});
    assert.deepEqual(planOf({ ...orders, retainVolumes: true }).annotations, {
      "pulumi.com/deletionPropagationPolicy": "orphan",
    });
  });
});

describe("the server name of a recovered cluster", () => {
  const nameFor = (cluster: string, recovery: RecoverySettings): string =>
    defaultServerName(cluster, orders.backup, recovery);

  it("counts on in its own prefix, and is the cluster's name elsewhere", () => {
    assert.equal(nameFor("orders", fromOrders), "orders-2");
    assert.equal(nameFor("orders", { ...fromOrders, serverName: "orders-2" }), "orders-3");
    assert.equal(nameFor("orders", { ...fromOrders, serverName: "orders-9" }), "orders-10");
    assert.equal(nameFor("orders-restored", fromOrders), "orders-restored");
    assert.equal(nameFor("orders", { ...fromOrders, store: { ...store, path: "/old" } }), "orders");
  });

  it("is never the one that it reads, in the same place", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[0-9a-z]$/);
    fc.assert(
      fc.property(name, name, name, (cluster, from, serverName) => {
        const plan = planOf({
          ...orders,
          clusterName: cluster,
          recovery: { ...fromOrders, from, serverName },
        });
        assert.notEqual(plan.archive.prefix, plan.source?.archive.prefix);
      }),
    );
  });
});
