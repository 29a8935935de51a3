import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { PresentCluster } from "../../../../../components/postgres/cluster/live-cluster.ts";
import { growthProblem } from "../../../../../components/postgres/preflight/volumes.ts";
import { apiServer } from "../../kubernetes/api-server.ts";
import { afterTest } from "../../../../support/after-test.ts";

const live: PresentCluster = {
  state: "present",
  namespace: "shop",
  name: "orders",
  isBeingDeleted: false,
  instances: 1,
  storageSize: "20Gi",
  walStorageSize: "5Gi",
};

const claimsOf = (...roles: string[]): string =>
  `/api/v1/namespaces/shop/persistentvolumeclaims?labelSelector=${encodeURIComponent(
    `cnpg.io/cluster=orders,cnpg.io/pvcRole in (${roles.join(",")})`,
  )}`;
const inClass = (storageClassName: string) => ({
  status: 200,
  body: { items: [{ metadata: { name: "orders-1" }, spec: { storageClassName } }] },
});
const fixed = { "/apis/storage.k8s.io/v1/storageclasses/local": { status: 200, body: { provisioner: "x" } } };
const growing = {
  "/apis/storage.k8s.io/v1/storageclasses/ceph": { status: 200, body: { allowVolumeExpansion: true } },
};

describe("volumes that are to grow", () => {
  const problem = async (
    replies: Parameters<typeof apiServer>[0],
    size: string,
    walSize = "5Gi",
    resizeInUseVolumes = true,
  ) => {
    const { kubeconfig, close } = await apiServer(replies);
    afterTest(close);
    const planned = { storage: { size, resizeInUseVolumes }, walStorage: { size: walSize } };
    return growthProblem({ kubeconfig }, planned, live);
  };

  it("cannot in a StorageClass that allows none, with what to do", async () => {
    const replies = { ...fixed, [claimsOf("PG_DATA")]: inClass("local") };
    assert.match(
      (await problem(replies, "21Gi")) ?? "",
      /shop\/orders: its volumes cannot grow, for StorageClass local .*kubectl patch storageclass local .*resizeInUseVolumes.*kubectl cnpg destroy orders OLD -n shop\.$/,
    );
    const wal = { ...fixed, [claimsOf("PG_WAL")]: inClass("local") };
    assert.match((await problem(wal, "20Gi", "6Gi")) ?? "", /local/);
  });

  it("can in one that allows it, and where they need not, or nobody tells", async () => {
    const bigger = ["21Gi", "6Gi"] as const;
    const inCeph = { ...growing, [claimsOf("PG_DATA", "PG_WAL")]: inClass("ceph") };
    assert.equal(await problem(inCeph, ...bigger), undefined);
    const silent = { [claimsOf("PG_DATA", "PG_WAL")]: inClass("local") };
    assert.equal(await problem(silent, ...bigger), undefined);
    assert.equal(await problem({}, ...bigger), undefined);
    const unchanged = { ...fixed, [claimsOf("PG_DATA")]: inClass("local") };
    assert.equal(await problem(unchanged, "20480Mi"), undefined);
    assert.equal(await problem(unchanged, "21Gi", "5Gi", false), undefined, "those that are there stay");
  });
});
