import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { findBucket, isThere } from "../../../../components/s3/existing-bucket.ts";
import { useFakeS3 } from "./use-fake-s3.ts";

const bucket = "cnpg-backups";

describe("findBucket", () => {
  const s3 = useFakeS3("garage");

  it("has nothing to import where there is no bucket", async () => {
    assert.deepEqual(await findBucket(s3.connection, bucket), { isOurs: false, region: "us-east-1" });
  });

  it("knows our own bucket, wherever RGW keeps it, and in the region that Amazon keeps it in", async () => {
    s3.store.own = ["other", bucket];
    for (const [location, region] of [
      ["default", "us-east-1"],
      ["", "us-east-1"],
      ["eu-central-1", "eu-central-1"],
      ["us-gov-west-1", "us-gov-west-1"],
    ]) {
      Object.assign(s3.store, { location });
      assert.deepEqual(await findBucket(s3.connection, bucket), { isOurs: true, region });
    }
  });

  it("takes a bucket for ours where the keys may not list buckets", async () => {
    s3.store.location = "default";
    s3.store.errors = [{ when: /^GET \/\?/, status: 403, code: "AccessDenied" }];
    assert.equal((await findBucket(s3.connection, bucket)).isOurs, true);
  });

  it("writes nothing", async () => {
    Object.assign(s3.store, { location: "default", own: [bucket] });
    await findBucket(s3.connection, bucket);
    assert.ok(s3.store.requests.every((line) => line.startsWith("GET ")));
  });

  it("refuses somebody else's bucket, and says how to use it where we may", async () => {
    const how = "If these keys may use it, use it as it is: `pulumi config set cnpg-rgw:manageBucket false`";
    Object.assign(s3.store, { location: "default", own: ["other"] });
    await assert.rejects(findBucket(s3.connection, bucket), (error: Error) => {
      assert.match(error.message, /cnpg-backups exists and belongs to another user of the store\./);
      assert.ok(error.message.includes(how));
      return true;
    });
  });

  it("does not take a bucket for somebody else's where the keys just have few rights", async () => {
    s3.store.location = "default";
    s3.store.errors = [{ when: /location/, status: 403, code: "AccessDenied" }];
    await assert.rejects(findBucket(s3.connection, bucket), (error: Error) => {
      assert.match(error.message, /cannot be managed with these keys: they may not ask for its location/);
      assert.match(error.message, /cnpg-rgw:manageBucket false.*pass the bucket's name to smokeCheck/);
      assert.doesNotMatch(error.message, /belongs to/);
      return true;
    });
  });

  it("says what is wrong with the keys rather than with the bucket", async () => {
    s3.store.errors = [{ when: /location/, status: 403, code: "SignatureDoesNotMatch" }];
    await assert.rejects(findBucket(s3.connection, bucket), /^S3Failure: S3 key problem/);
  });

  it("takes the region of a store that insists on it", async () => {
    s3.store.onlyRegion = "garage";
    assert.deepEqual(await findBucket(s3.connection, bucket), { isOurs: false, region: "garage" });
    Object.assign(s3.store, { location: "garage", own: [bucket] });
    assert.deepEqual(await findBucket(s3.connection, bucket), { isOurs: true, region: "garage" });
    s3.store.own = ["other"];
    await assert.rejects(findBucket(s3.connection, bucket), /belongs to another user/);
    const elsewhere = { ...s3.connection, region: "local" };
    await assert.rejects(findBucket(elsewhere, bucket), /^S3Failure: S3 region problem/);
  });
});

describe("isThere", () => {
  const s3 = useFakeS3();

  it("tells a bucket that there is from one that there is not, without keys", async () => {
    assert.equal(await isThere(s3.connection, bucket), false);
    s3.store.location = "default";
    assert.equal(await isThere(s3.connection, bucket), true);
  });

  it("says no where a store answers alike for any name, or does not answer", async () => {
    s3.store.location = "default";
    s3.store.errors = [{ when: /./, status: 403, code: "AccessDenied" }];
    assert.equal(await isThere(s3.connection, bucket), false);
    assert.equal(await isThere({ endpoint: "http://127.0.0.1:1", caBundle: undefined }, bucket), false);
  });
});
