import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { regionFor } from "../../../../components/s3/existing-bucket.ts";
import { startFakeS3 } from "./fake-s3.ts";
import type { FakeS3 } from "./fake-s3.ts";

describe("regionFor", () => {
  let store: FakeS3;
  const connection = () => ({
    endpoint: store.endpoint,
    region: "garage",
    caBundle: undefined,
    accessKeyId: "AKID",
    secretAccessKey: "secret",
  });
  before(async () => {
    store = await startFakeS3();
  });
  after(() => store.stop());
  beforeEach(() => {
    Object.assign(store, { requests: [], errors: [], location: undefined, own: [], displayName: "CNPG" });
    Object.assign(store.acl, { ownerName: "CNPG", others: [] });
  });

  it("makes a new bucket without a LocationConstraint", async () => {
    assert.equal(await regionFor(connection(), "cnpg-backups"), "us-east-1");
  });

  it("adopts our own bucket where it is", async () => {
    Object.assign(store, { location: "default", own: ["other", "cnpg-backups"] });
    assert.equal(await regionFor(connection(), "cnpg-backups"), "default");
    store.location = "";
    assert.equal(await regionFor(connection(), "cnpg-backups"), "us-east-1");
  });

  it("adopts a bucket where the keys may not list buckets", async () => {
    store.location = "default";
    store.errors = [{ when: /^GET \/\?/, status: 403, code: "AccessDenied" }];
    assert.equal(await regionFor(connection(), "cnpg-backups"), "default");
  });

  it("writes nothing to a bucket whose ACL names us as we are called", async () => {
    Object.assign(store, { location: "default", own: ["cnpg-backups"] });
    await regionFor(connection(), "cnpg-backups");
    assert.ok(!store.requests.some((line) => line.startsWith("PUT")));
  });

  it("brings our new name into a private bucket's ACL, and leaves a shared one alone", async () => {
    Object.assign(store, { location: "default", own: ["cnpg-backups"], displayName: "Renamed" });
    await regionFor(connection(), "cnpg-backups");
    assert.equal(store.acl.ownerName, "Renamed");
    Object.assign(store.acl, { ownerName: "CNPG", others: ["them"] });
    await regionFor(connection(), "cnpg-backups");
    assert.deepEqual(store.acl, { ownerName: "CNPG", others: ["them"] });
  });

  it("refuses somebody else's bucket, even one that we may use", async () => {
    const message =
      /cnpg-backups exists and belongs to another user of the store\. Choose another bucket name/;
    Object.assign(store, { location: "default", own: ["other"] });
    await assert.rejects(regionFor(connection(), "cnpg-backups"), message);
    store.errors = [{ when: /location/, status: 403, code: "AccessDenied" }];
    await assert.rejects(regionFor(connection(), "cnpg-backups"), message);
  });

  it("says what is wrong with the keys rather than with the bucket", async () => {
    store.errors = [{ when: /location/, status: 403, code: "SignatureDoesNotMatch" }];
    await assert.rejects(regionFor(connection(), "cnpg-backups"), /^S3Failure: S3 key problem/);
  });

  it("takes the region of a store that insists on it", async () => {
    const refuseOnce = { when: /location/, status: 400, code: "AuthorizationHeaderMalformed" };
    store.errors = [refuseOnce];
    const { find } = store.errors;
    store.errors.find = ((...args: Parameters<typeof find>) => {
      const found = find.apply(store.errors, args);
      if (found !== undefined) store.errors = [];
      return found;
    }) as typeof find;
    assert.equal(await regionFor(connection(), "cnpg-backups"), "garage");
  });
});
