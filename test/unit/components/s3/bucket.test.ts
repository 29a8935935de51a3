import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { recordResources, valueOf } from "../../mocks.ts";
import type { Declared } from "../../mocks.ts";
import { startFakeS3 } from "./fake-s3.ts";
import type { FakeS3 } from "./fake-s3.ts";

const declared = await recordResources();
const { BackupBucket, smokeCheck } = await import("../../../../components/index.ts");

describe("BackupBucket", () => {
  let store: FakeS3;
  const connection = () => ({
    endpoint: `${store.endpoint}/`,
    accessKeyId: pulumi.secret("AKID"),
    secretAccessKey: pulumi.secret("sk-declared"),
  });
  const only = (type: string): Declared =>
    declared.find((resource) => resource.type === type) ?? assert.fail(`no ${type}`);
  before(async () => {
    store = await startFakeS3();
  });
  after(() => store.stop());
  beforeEach(() => {
    declared.length = 0;
    store.reset();
  });

  it("is a bucket and nothing about it, through a provider that asks nothing of Amazon", async () => {
    const bucket = new BackupBucket("backups", { connection: connection(), bucket: "cnpg-backups" });
    assert.equal(await valueOf(bucket.bucket), "cnpg-backups");
    assert.deepEqual(only("aws:s3/bucket:Bucket").inputs, { bucket: "cnpg-backups", forceDestroy: false });
    const { inputs, name, secrets } = only("pulumi:providers:aws");
    assert.equal(name, "backups-s3");
    const on = ["s3UsePathStyle", "skipCredentialsValidation", "skipMetadataApiCheck"];
    for (const flag of [...on, "skipRegionValidation", "skipRequestingAccountId"]) {
      assert.equal(String(inputs[flag]), "true", flag);
    }
    assert.equal(inputs.endpoints, JSON.stringify([{ s3: store.endpoint }]));
    assert.equal(inputs.region, "us-east-1");
    assert.equal(inputs.customCaBundle, undefined);
    assert.equal(inputs.maxRetries, "5");
    assert.deepEqual(secrets.sort(), ["accessKey", "secretKey"]);
  });

  it("is signed for as its store demands", async () => {
    Object.assign(store, { location: "garage", own: ["cnpg-backups"], onlyRegion: "garage" });
    const bucket = new BackupBucket("backups", {
      connection: { ...connection(), region: "garage" },
      bucket: "cnpg-backups",
    });
    await valueOf(bucket.bucket);
    assert.equal(only("pulumi:providers:aws").inputs.region, "garage");
  });

  it("deletes objects only where protection is off", async () => {
    const protection = { enabled: false };
    const bucket = new BackupBucket("backups", {
      connection: connection(),
      bucket: "cnpg-backups",
      protection,
    });
    await valueOf(bucket.bucket);
    assert.equal(only("aws:s3/bucket:Bucket").inputs.forceDestroy, true);
  });

  it("refuses bad values before it makes anything", () => {
    const good = { connection: connection(), bucket: "cnpg-backups" };
    const make = (changes: object) => () => new BackupBucket("backups", { ...good, ...changes });
    assert.throws(make({ bucket: "Cnpg_Backups" }), /bucket must be a bucket name/);
    const { accessKeyId, secretAccessKey } = connection();
    const keys = { accessKeyId, secretAccessKey };
    assert.throws(
      make({ connection: { ...keys, endpoint: "10.0.0.10" } }),
      /connection\.endpoint must be a URL/,
    );
    const badCa = { ...keys, endpoint: store.endpoint, caBundle: "/ca.pem" };
    assert.throws(make({ connection: badCa }), /connection\.caBundle must be/);
    assert.ok(!declared.some(({ type }) => type === "aws:s3/bucket:Bucket"));
  });

  it("smokeCheck gives the place that it proved, which is no secret", async () => {
    const check = smokeCheck({ connection: connection(), bucket: "cnpg-backups", path: "/lab" });
    assert.deepEqual(await valueOf(check), {
      endpoint: store.endpoint,
      bucket: "cnpg-backups",
      path: "/lab",
    });
    assert.equal(await pulumi.isSecret(check), false);
    assert.ok(store.requests.some((line) => line.startsWith("DELETE /cnpg-backups/lab/")));
  });
});
