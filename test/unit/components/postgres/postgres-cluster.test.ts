import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { PostgresCluster } from "../../../../components/postgres/postgres-cluster.ts";
import { protectedLabel } from "../../../../components/postgres/labels.ts";
import { nightlySchedule } from "../../../../components/postgres/rules/schedule-gaps.ts";
import type { PostgresClusterArgs } from "../../../../components/postgres/args.ts";
import { family, findSoon, valueOf, recordedResources } from "../../mocks.ts";

// A preview, which may not reach the store: a port of this machine where nothing listens.
const declared = recordedResources({ preview: true });

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
  it("is an ObjectStore, a Cluster and a ScheduledBackup, and what protects them", async () => {
    const orders = new PostgresCluster("orders", args);
    await findSoon(declared, "orders-protection");
    assert.deepEqual(family(declared, "orders"), [
      "cnpg-rgw:cnpg:PostgresCluster orders",
      "kubernetes:barmancloud.cnpg.io/v1:ObjectStore orders-store",
      "kubernetes:postgresql.cnpg.io/v1:Cluster orders-cluster",
      "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup orders-schedule",
      "cnpg-rgw:index:Protection orders-protection",
    ]);
    const outputs = [orders.host, orders.secretName, orders.destinationPath, orders.serverName];
    assert.deepEqual(await valueOf(pulumi.all(outputs)), [
      "orders-rw.shop.svc",
      "orders-app",
      "s3://cnpg-backups/lab/orders",
      "orders",
    ]);
  });

  it("says in a label whether it is protected, which it is by default", async () => {
    new PostgresCluster("kept", args);
    new PostgresCluster("passing", { ...args, deletion: { protect: false } });
    const label = async (name: string) => {
      const { inputs } = await findSoon(declared, name);
      return z.object({ labels: z.record(z.string(), z.string()) }).parse(inputs.metadata).labels[
        protectedLabel
      ];
    };
    assert.equal(await label("kept-cluster"), "true");
    assert.equal(await label("passing-cluster"), undefined);
  });

  it("is backed up at night, each at a time of its own, unless somebody says when", async () => {
    const at = async (name: string) => {
      const { inputs } = await findSoon(declared, `${name}-schedule`);
      return z.object({ schedule: z.string() }).parse(inputs.spec).schedule;
    };
    new PostgresCluster("billing", args);
    new PostgresCluster("wiki", { ...args, backup: { store, schedule: "0 0 2 * * *" } });
    assert.equal(await at("billing"), nightlySchedule("shop", "billing"));
    assert.equal(await at("wiki"), "0 0 2 * * *");
  });

  const endOf = (name: string, more: object): string => {
    const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const program = `
      const { recordResources } = await import(${at("../../mocks.ts")});
      const { PostgresCluster } = await import(${at("../../../../components/postgres/postgres-cluster.ts")});
      await recordResources({ preview: true });
      new PostgresCluster(${JSON.stringify(name)}, ${JSON.stringify({ ...args, ...more })});`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
    assert.equal(status, 1);
    return stderr;
  };

  it("ends the program where the spec takes its archiving away", () => {
    const spec = { plugins: [{ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: false }] };
    assert.match(
      endOf("not-archived", { spec }),
      /shop\/not-archived: its backups need .*isWALArchiver to be true, and it is false/,
    );
  });

  it("ends the program where two arguments say how long backups are kept", () => {
    const backup = { store, retention: "30d", objectStore: { retentionPolicy: "2d" } };
    assert.match(
      endOf("kept-twice", { backup }),
      /backup\.retention is set twice: .*"30d", and .*"2d"\. Remove one/,
    );
  });

  it("is refused at once with an image that in-tree backups cannot run in", () => {
    const imageName = "ghcr.io/cloudnative-pg/postgresql:18-minimal-trixie";
    const backup = { store, method: "barmanObjectStore" };
    assert.throws(
      () => new PostgresCluster("no-barman", { ...args, imageName, backup }),
      /imageName must be an image with barman-cloud/,
    );
  });

  it("is recovered from a place of any layout", async () => {
    new PostgresCluster("moved-in", { ...args, recovery: { archive: "s3://old/ORDERS" } });
    const { inputs } = await findSoon(declared, "moved-in-source-store");
    assert.partialDeepStrictEqual(inputs.spec, { configuration: { destinationPath: "s3://old" } });
    const cluster = await findSoon(declared, "moved-in-cluster");
    const parameters = { barmanObjectName: "moved-in-origin", serverName: "ORDERS" };
    assert.partialDeepStrictEqual(cluster.inputs.spec, { externalClusters: [{ plugin: { parameters } }] });
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
