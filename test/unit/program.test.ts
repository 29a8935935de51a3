import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { goByFirstName, ownerLabelOf } from "../../components/kubernetes/owner.ts";
import type * as Program from "../../index.ts";
import { cephHost, privateKey } from "./config/fixtures.ts";
import { type Declared, find, findSoon, valueOf, recordedResources } from "./mocks.ts";

// A preview, without a cluster or a store that would answer the program's questions.
before(() => {
  process.env.KUBECONFIG = "/nonexistent";
});
after(() => {
  goByFirstName(undefined);
});
const declared = recordedResources({ stack: "homelab", preview: true });

const secretKeys = ["cephHostPrivateKey", "accessKeyId", "secretAccessKey"];

/** What the program declares and returns with a config; each time as a module of its own. */
async function run(
  config: Record<string, unknown>,
  encrypted: readonly string[] = [],
): Promise<{ outputs: typeof Program; made: Declared[] }> {
  const keys = [...secretKeys, ...encrypted].map((key) => `cnpg-rgw:${key}`);
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(keys);
  const values = Object.entries(config).map(([key, value]) => [
    `cnpg-rgw:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(values) as Record<string, string>);
  const before = declared.length;
  const url = new URL(`../../index.ts?run=${before}`, import.meta.url);
  const outputs = (await import(url.href)) as typeof Program;
  await valueOf(pulumi.all([outputs.operatorNamespace, outputs.bucket, outputs.namespaces]));
  // The last of all, since it waits for the others.
  if (config.cephHost !== undefined) await findSoon(declared, "old-keys-keys", before);
  return { outputs, made: declared.slice(before) };
}

const onCeph = { endpoint: "http://127.0.0.1:1", cephHost, cephHostPrivateKey: privateKey };
const keys = { accessKeyId: "AK", secretAccessKey: "a-long-secret-key" };
const onAnyS3 = { endpoint: "https://127.0.0.1:1", ...keys };
const names = (made: Declared[]): string[] => made.map(({ name }) => name).sort();

describe("the program", () => {
  it("on Ceph makes a user and its keys, the bucket, the operator, and a Secret per namespace", async () => {
    const { outputs, made } = await run({
      ...onCeph,
      namespaces: ["sample", { name: "shop", create: true }],
    });
    assert.ok(names(made).includes("barman-cloud-plugin"));
    const rest = names(made).filter((name) => !name.startsWith("barman-cloud-plugin"));
    assert.deepEqual(rest, [
      "backup-bucket",
      "backup-bucket-bucket",
      "backup-bucket-s3",
      "backup-credentials",
      "backup-credentials-sample-secret",
      "backup-credentials-shop-namespace",
      "backup-credentials-shop-secret",
      "cnpg-operator",
      "cnpg-operator-namespace",
      "cnpg-operator-release",
      "first-stack-name",
      "kubernetes-cluster",
      "old-keys",
      "old-keys-keys",
      "platform-protection",
      "rgw-user",
      "rgw-user-access-key-id",
      "rgw-user-owner",
      "rgw-user-secret-access-key",
      "rgw-user-user",
    ]);
    assert.deepEqual(find(made, "backup-credentials-shop-secret").inputs.stringData, {
      S3_ACCESS_KEY_ID: "made-by-rgw-user-access-key-id",
      S3_SECRET_ACCESS_KEY: "made-by-rgw-user-secret-access-key",
      S3_REGION: "local",
      S3_ENDPOINT: "http://127.0.0.1:1",
      S3_BUCKET: "cnpg-backups",
      S3_PATH: "/homelab",
    });
    assert.equal(await pulumi.isSecret(outputs.accessKeyId), true);
    assert.equal(await pulumi.isSecret(outputs.secretAccessKey), true);
    assert.deepEqual(await valueOf(outputs.namespaces), ["sample", "shop"]);
    assert.equal(await valueOf(outputs.operatorNamespace), "cnpg-system");
    assert.equal(outputs.secretName, "cnpg-backup-s3");
  });

  it("on any S3 store makes no user, and hands the given keys on", async () => {
    const { made } = await run({ ...onAnyS3, namespaces: ["sample"] });
    assert.ok(!names(made).some((name) => name.startsWith("rgw-user")));
    const { inputs } = find(made, "backup-credentials-sample-secret");
    assert.partialDeepStrictEqual(inputs.stringData, {
      S3_ACCESS_KEY_ID: "AK",
      S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
    });
  });

  it("uses a bucket as it is where it is not to manage it", async () => {
    const { outputs, made } = await run({ ...onAnyS3, manageBucket: "false", namespaces: ["sample"] });
    assert.ok(!names(made).some((name) => name.startsWith("backup-bucket")));
    assert.partialDeepStrictEqual(find(made, "backup-credentials-sample-secret").inputs.stringData, {
      S3_BUCKET: "cnpg-backups",
    });
    assert.equal(await valueOf(pulumi.output(outputs.bucket)), "cnpg-backups");
  });

  it("adopts given keys on Ceph instead of making some", async () => {
    const { made } = await run({ ...onCeph, ...keys });
    assert.ok(names(made).includes("rgw-user-user"));
    assert.ok(!made.some(({ type, name }) => type.startsWith("random:") && name.endsWith("-key")));
  });

  it("touches the pools only where it is told to", async () => {
    const { made } = await run({ ...onCeph, singleDiskCeph: { enabled: true } });
    assert.ok(names(made).includes("single-disk-pools"));
  });

  it("never has the engine delete the bucket or its objects, and the user only where the protection is lifted", async () => {
    for (const [protectBucket, onDelete] of [
      ["true", "keep"],
      ["false", "remove"],
    ] as const) {
      const { made } = await run({ ...onCeph, protectBucket });
      assert.equal(find(made, "backup-bucket-bucket").inputs.forceDestroy, false);
      assert.match(
        String(find(made, "rgw-user-user").inputs.stdin),
        new RegExp(`"onDelete": ?"${onDelete}"`),
      );
    }
  });

  it("gives each database its prefix, its schedule and a command that brings it back", async () => {
    const orders = { name: "orders", namespace: "shop", storage: { size: "20Gi" } };
    // A port of this machine where nothing listens, since a preview looks into the bucket.
    const config = { ...onCeph, endpoint: "http://127.0.0.1:1", namespaces: ["shop"], databases: [orders] };
    const { outputs } = await run(config);
    const { orders: made } = outputs.databases;
    assert.ok(made);
    await findSoon(declared, "database-orders-protection");
    assert.deepEqual(await valueOf(pulumi.all([made.host, made.secretName, made.destinationPath])), [
      "orders-rw.shop.svc",
      "orders-app",
      "s3://cnpg-backups/homelab/orders",
    ]);
    assert.match(
      await valueOf(made.recover),
      /--plaintext 'cnpg-rgw:databases\[1\]\.recovery\.from=orders'.* && pulumi up$/,
    );
    const own = names(declared).filter((name) => name.startsWith("database-"));
    assert.deepEqual(own, [
      "database-orders",
      "database-orders-cluster",
      "database-orders-protection",
      "database-orders-schedule",
      "database-orders-store",
    ]);
    // By this the program knows a running database as its own, whatever the config has by then.
    const urn = pulumi.createUrn("database-orders", "cnpg-rgw:cnpg:PostgresCluster");
    assert.partialDeepStrictEqual(find(declared, "database-orders-cluster").inputs.metadata, {
      labels: { "cnpg-rgw/component": await ownerLabelOf({ urn }) },
    });
  });

  it("keeps what is encrypted of the operator's values out of the state", async () => {
    const values = { additionalEnv: [{ name: "TOKEN", value: "hunter2" }] };
    const config = { ...onAnyS3, operator: { values }, barmanPlugin: { enabled: false } };
    const encrypted = await run(config, ["operator"]);
    const hidden = find(encrypted.made, "cnpg-operator-release");
    assert.deepEqual(hidden.secrets, ["values"]);
    assert.partialDeepStrictEqual(hidden.inputs.values, values);
    const inTheClear = await run(config);
    assert.deepEqual(find(inTheClear.made, "cnpg-operator-release").secrets, []);
  });

  it("makes no plugin where it is switched off", async () => {
    const { made } = await run({ ...onAnyS3, barmanPlugin: { enabled: false } });
    assert.ok(!names(made).some((name) => name.startsWith("barman-cloud-plugin")));
  });

  it("declares nothing with a config that has a problem", async () => {
    const before = declared.length;
    await assert.rejects(run({ ...onAnyS3, bucket: "B" }), (error) => pulumi.RunError.isInstance(error));
    assert.equal(declared.length, before);
  });
});
