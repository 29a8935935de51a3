import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { PostgresCluster } from "../../../../../components/cnpg/postgres/postgres-cluster.ts";
import type { PostgresClusterArgs } from "../../../../../components/cnpg/postgres/args.ts";
import { family, findSoon, recordResources, valueOf } from "../../../mocks.ts";

// A preview, which may not reach the store: a port of this machine where nothing listens.
const declared = await recordResources({ preview: true });

const store = {
  connection: { endpoint: "http://127.0.0.1:1", accessKeyId: "AK", secretAccessKey: "SK" },
  bucket: "cnpg-backups",
  path: "/lab",
};
const args: PostgresClusterArgs = {
  namespace: "shop",
  storage: { size: "20Gi" },
  backup: { store },
  preflight: { enabled: false },
};

describe("PostgresCluster", () => {
  it("is an ObjectStore, a Cluster and a ScheduledBackup", async () => {
    const orders = new PostgresCluster("orders", args);
    await findSoon(declared, "orders-schedule");
    assert.deepEqual(family(declared, "orders"), [
      "cnpg-rgw:cnpg:PostgresCluster orders",
      "kubernetes:barmancloud.cnpg.io/v1:ObjectStore orders-store",
      "kubernetes:postgresql.cnpg.io/v1:Cluster orders-cluster",
      "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup orders-schedule",
    ]);
    const outputs = [orders.host, orders.secretName, orders.destinationPath, orders.serverName];
    assert.deepEqual(await valueOf(pulumi.all(outputs)), [
      "orders-rw.shop.svc",
      "orders-app",
      "s3://cnpg-backups/lab/orders",
      "orders",
    ]);
  });

  it("carries the version of its Secret, so that new keys reach in-tree backups", async () => {
    new PostgresCluster("new-keys", {
      ...args,
      backup: { store: { ...store, secretVersion: pulumi.output("4711") } },
    });
    const { inputs } = await findSoon(declared, "new-keys-cluster");
    assert.partialDeepStrictEqual(inputs.metadata, {
      namespace: "shop",
      name: "new-keys",
      annotations: { "cnpg-rgw/secret-version": "4711" },
    });
  });
});
