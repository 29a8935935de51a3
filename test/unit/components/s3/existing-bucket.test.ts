import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { regionFor } from "../../../../components/s3/existing-bucket.ts";
import { useFakeS3 } from "./use-fake-s3.ts";

describe("regionFor", () => {
  const s3 = useFakeS3("garage");

  it("makes a new bucket without a LocationConstraint", async () => {
    assert.equal(await regionFor(s3.connection, "cnpg-backups"), "us-east-1");
  });

  it("adopts our own bucket where it is", async () => {
    Object.assign(s3.store, { location: "default", own: ["other", "cnpg-backups"] });
    assert.equal(await regionFor(s3.connection, "cnpg-backups"), "default");
    s3.store.location = "";
    assert.equal(await regionFor(s3.connection, "cnpg-backups"), "us-east-1");
  });

  it("adopts a bucket where the keys may not list buckets", async () => {
    s3.store.location = "default";
    s3.store.errors = [{ when: /^GET \/\?/, status: 403, code: "AccessDenied" }];
    assert.equal(await regionFor(s3.connection, "cnpg-backups"), "default");
  });

  it("writes nothing to a bucket whose ACL names us as we are called", async () => {
    Object.assign(s3.store, { location: "default", own: ["cnpg-backups"] });
    await regionFor(s3.connection, "cnpg-backups");
    assert.ok(!s3.store.requests.some((line) => line.startsWith("PUT")));
  });

  it("brings our new name into a private bucket's ACL, and leaves a shared one alone", async () => {
    Object.assign(s3.store, { location: "default", own: ["cnpg-backups"], displayName: "Renamed" });
    await regionFor(s3.connection, "cnpg-backups");
    assert.equal(s3.store.acl.ownerName, "Renamed");
    Object.assign(s3.store.acl, { ownerName: "CNPG", others: ["them"] });
    await regionFor(s3.connection, "cnpg-backups");
    assert.deepEqual(s3.store.acl, { ownerName: "CNPG", others: ["them"] });
  });

  it("refuses somebody else's bucket, even one that we may use", async () => {
    const message =
      /cnpg-backups exists and belongs to another user of the store\. Choose another bucket name/;
    Object.assign(s3.store, { location: "default", own: ["other"] });
    await assert.rejects(regionFor(s3.connection, "cnpg-backups"), message);
    s3.store.errors = [{ when: /location/, status: 403, code: "AccessDenied" }];
    await assert.rejects(regionFor(s3.connection, "cnpg-backups"), message);
  });

  it("says what is wrong with the keys rather than with the bucket", async () => {
    s3.store.errors = [{ when: /location/, status: 403, code: "SignatureDoesNotMatch" }];
    await assert.rejects(regionFor(s3.connection, "cnpg-backups"), /^S3Failure: S3 key problem/);
  });

  it("takes the region of a store that insists on it", async () => {
    const refuseOnce = { when: /location/, status: 400, code: "AuthorizationHeaderMalformed" };
    s3.store.errors = [refuseOnce];
    const { find } = s3.store.errors;
    s3.store.errors.find = ((...args: Parameters<typeof find>) => {
      const found = find.apply(s3.store.errors, args);
      if (found !== undefined) s3.store.errors = [];
      return found;
    }) as typeof find;
    assert.equal(await regionFor(s3.connection, "cnpg-backups"), "garage");
  });
});
