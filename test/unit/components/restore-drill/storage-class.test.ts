import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";

import { keepsVolumes } from "../../../../components/restore-drill/storage-class.ts";
import { apiServer } from "../kubernetes/api-server.ts";

const classes = "/apis/storage.k8s.io/v1/storageclasses";
const clusters = "/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters";
const cluster = (storageClass: string) => ({ status: 200, body: { spec: { storage: { storageClass } } } });
let server: Awaited<ReturnType<typeof apiServer>>;

before(async () => {
  server = await apiServer({
    [`${classes}/kept`]: { status: 200, body: { reclaimPolicy: "Retain" } },
    [`${classes}/deleted`]: { status: 200, body: { reclaimPolicy: "Delete" } },
    [`${clusters}/orders`]: cluster("kept"),
    [`${clusters}/stock`]: cluster("deleted"),
  });
});
after(() => {
  server.close();
});

describe("StorageClass of a drill's copy", () => {
  const problem = (clusterName: string, storageClass: string | null = null) =>
    keepsVolumes({ kubeconfig: server.kubeconfig }, { namespace: "shop", clusterName, storageClass });

  it("is told where it keeps volumes, the drill's own or the database's", async () => {
    assert.match(
      (await problem("stock", "kept")) ?? "",
      /drill of shop\/stock is suspended: StorageClass kept has reclaimPolicy Retain/,
    );
    assert.match((await problem("orders")) ?? "", /Set storageClass of its drill to one with/);
  });

  it("is taken where it deletes them, and where the cluster does not say", async () => {
    assert.equal(await problem("stock"), undefined);
    assert.equal(await problem("orders", "deleted"), undefined);
    assert.equal(await problem("unknown"), undefined);
  });
});
