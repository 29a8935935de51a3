import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { BackupBucket, smokeCheck } from "../../../../components/index.ts";
import { valueOf, recordedResources } from "../../mocks.ts";
import type { Declared } from "../../mocks.ts";
import { startFakeS3 } from "./fake-s3.ts";
import type { FakeS3 } from "./fake-s3.ts";

const declared = recordedResources();

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
    assert.equal(inputs.noProxy, "*");
    assert.deepEqual(
      [inputs.profile, inputs.sharedConfigFiles, inputs.token],
      [undefined, undefined, undefined],
    );
    assert.deepEqual(secrets.sort(), ["accessKey", "secretKey"]);
  });

  it("outlives its stack, by what is in the state", async () => {
    const kept: (boolean | undefined)[] = [];
    const record = ({ type, opts }: pulumi.ResourceTransformationArgs) => {
      if (type === "aws:s3/bucket:Bucket") kept.push(opts.retainOnDelete);
      return undefined;
    };
    const args = { connection: connection(), bucket: "cnpg-backups" };
    await valueOf(new BackupBucket("backups", args, { transformations: [record] }).bucket);
    assert.deepEqual(kept, [true]);
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

  it("refuses an environment with which the provider would fail", () => {
    const before = process.env.AWS_USE_DUALSTACK_ENDPOINT;
    process.env.AWS_USE_DUALSTACK_ENDPOINT = "true";
    try {
      const make = () => new BackupBucket("backups", { connection: connection(), bucket: "cnpg-backups" });
      assert.throws(make, /^Error: AWS_USE_DUALSTACK_ENDPOINT is true/);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "AWS_USE_DUALSTACK_ENDPOINT");
      else process.env.AWS_USE_DUALSTACK_ENDPOINT = before;
    }
  });

  it("takes endpoint, region and keys of none of the environment's AWS settings", async () => {
    const set = {
      AWS_REGION: "elsewhere-1",
      AWS_DEFAULT_REGION: "elsewhere-1",
      AWS_ACCESS_KEY_ID: "OTHER",
      AWS_SECRET_ACCESS_KEY: "other",
      AWS_SESSION_TOKEN: "other",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
    };
    const before = Object.keys(set).map((name): [string, string | undefined] => [name, process.env[name]]);
    Object.assign(process.env, set);
    try {
      const args = { connection: connection(), bucket: "cnpg-backups" };
      await valueOf(new BackupBucket("backups", args).bucket);
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    const { inputs } = only("pulumi:providers:aws");
    assert.deepEqual(
      [inputs.region, inputs.accessKey, inputs.secretKey, inputs.token, inputs.endpoints],
      ["us-east-1", "AKID", "sk-declared", undefined, JSON.stringify([{ s3: store.endpoint }])],
    );
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
