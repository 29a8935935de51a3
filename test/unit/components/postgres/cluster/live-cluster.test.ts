import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { liveCluster } from "../../../../../components/postgres/cluster/live-cluster.ts";
import { fakeKubernetes, ok } from "../wait/fake-kubernetes.ts";
import { clusterObject } from "../wait/objects.ts";

const orders = { namespace: "shop", name: "orders" };

describe("liveCluster", () => {
  it("reads what a running Cluster has, with the plugin's server name", async () => {
    const spec = {
      imageName: "localhost/postgresql:17",
      walStorage: { size: "2Gi" },
      plugins: [
        { name: "other", parameters: { serverName: "no" } },
        {
          name: "barman-cloud.cloudnative-pg.io",
          parameters: { barmanObjectName: "store", serverName: "orders-2" },
        },
      ],
    };
    const cluster = await fakeKubernetes({ resource: () => ok(clusterObject({}, spec)) });
    assert.deepEqual(await liveCluster(cluster, orders), {
      state: "present",
      namespace: "shop",
      name: "orders",
      isBeingDeleted: false,
      isAtRest: false,
      generation: 1,
      instances: 1,
      storageSize: "1Gi",
      storageClass: undefined,
      walStorageSize: "2Gi",
      imageName: "localhost/postgresql:17",
      postgresMajor: 17,
      majorAskedFor: 17,
      method: "plugin",
      serverName: "orders-2",
      objectStoreName: "store",
      madeAt: undefined,
      recoveryMark: undefined,
      bootstrap: undefined,
      primary: "orders-1",
      systemId: undefined,
    });
  });

  it("knows the server name by default, the in-tree one, and a Cluster without backups", async () => {
    const lineage = async (spec: object) => {
      const found = await liveCluster(
        await fakeKubernetes({ resource: () => ok(clusterObject({}, spec)) }),
        orders,
      );
      return found.state === "present" ? [found.method, found.serverName] : [found.state];
    };
    const plugin = { name: "barman-cloud.cloudnative-pg.io" };
    assert.deepEqual(await lineage({ plugins: [plugin] }), ["plugin", "orders"]);
    assert.deepEqual(await lineage({ plugins: [{ ...plugin, enabled: false }] }), [undefined, undefined]);
    const store = { destinationPath: "s3://b/p", serverName: "old" };
    assert.deepEqual(await lineage({ backup: { barmanObjectStore: store } }), ["barmanObjectStore", "old"]);
    assert.deepEqual(await lineage({}), [undefined, undefined]);
  });

  it("is absent where there is none, and unknown where the cluster does not tell", async () => {
    const stateFor = async (reply: Parameters<typeof fakeKubernetes>[0]["resource"]) => {
      const cluster = await fakeKubernetes(reply === undefined ? {} : { resource: reply });
      return (await liveCluster(cluster, orders, 200)).state;
    };
    assert.equal(await stateFor(undefined), "absent");
    assert.equal(await stateFor(() => ({ status: 403, body: {} })), "unknown");
    assert.equal(await stateFor(() => ok("a login page")), "unknown");
    assert.equal(await stateFor(() => "silence"), "unknown");
    assert.equal((await liveCluster({ kubeconfig: "no: [" }, orders)).state, "unknown");
  });
});
