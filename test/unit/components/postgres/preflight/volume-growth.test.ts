import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { judge } from "../../../../../components/postgres/preflight/judge.ts";
import { observe } from "../../../../../components/postgres/preflight/observe.ts";
import { apiServer } from "../../kubernetes/api-server.ts";
import { afterTest } from "../../../../support/after-test.ts";
import { planned } from "../plans.ts";
import { clusterObject } from "../wait/objects.ts";

const claimsPath = `/api/v1/namespaces/shop/persistentvolumeclaims?labelSelector=${encodeURIComponent("cnpg.io/cluster=orders")}`;

/** Volumes of some roles, in one StorageClass. */
const inClass = (storageClassName: string, ...roles: string[]) => ({
  [claimsPath]: {
    status: 200,
    body: {
      items: roles.map((role) => ({
        metadata: { name: "orders-1", labels: { "cnpg.io/pvcRole": role } },
        spec: { storageClassName },
      })),
    },
  },
});
const running = {
  "/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters/orders": {
    status: 200,
    body: clusterObject({}, { storage: { size: "20Gi" }, walStorage: { size: "5Gi" } }),
  },
};
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
    const { kubeconfig, close } = await apiServer({ ...running, ...replies });
    afterTest(close);
    const plan = planned({ spec: { storage: { size, resizeInUseVolumes }, walStorage: { size: walSize } } });
    const observer = { kubernetes: { kubeconfig }, owner: "me", isPreview: true, isClassOfResource: false };
    return judge(plan, await observe(plan, observer), { isPreview: true, isProtected: true }).problem;
  };

  it("cannot in a StorageClass that allows none, with what to do", async () => {
    const replies = { ...fixed, ...inClass("local", "PG_DATA") };
    assert.match(
      (await problem(replies, "21Gi")) ?? "",
      /shop\/orders: its volumes cannot grow, because StorageClass local .*kubectl patch storageclass local .*resizeInUseVolumes.*kubectl cnpg destroy orders OLD -n shop\.$/,
    );
    const wal = { ...fixed, ...inClass("local", "PG_WAL") };
    assert.match((await problem(wal, "20Gi", "6Gi")) ?? "", /local/);
  });

  it("can in one that allows it, and where they need not, or nobody tells", async () => {
    const bigger = ["21Gi", "6Gi"] as const;
    const inCeph = { ...growing, ...inClass("ceph", "PG_DATA", "PG_WAL") };
    assert.equal(await problem(inCeph, ...bigger), undefined);
    const silent = inClass("local", "PG_DATA", "PG_WAL");
    assert.equal(await problem(silent, ...bigger), undefined);
    assert.equal(await problem({}, ...bigger), undefined);
    const unchanged = { ...fixed, ...inClass("local", "PG_DATA") };
    assert.equal(await problem(unchanged, "20480Mi"), undefined);
    assert.equal(await problem(unchanged, "21Gi", "5Gi", false), undefined, "those that are there stay");
  });
});
