import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { bucketResource } from "../../../../../lab/providers/aws/bucket.ts";
import { createClient, effectiveRegion, parseConfig } from "../../../../../lab/providers/aws/config.ts";
import { startS3Server, type S3Server } from "../../../../support/s3-server.ts";

const urn = "urn:pulumi:s::p::aws:s3/bucket:Bucket::Backups";
const operation = { urn, timeoutSeconds: 0, signal: new AbortController().signal, preview: false };

describe("aws:s3/bucket:Bucket", () => {
  let store: S3Server;
  before(async () => {
    store = await startS3Server();
  });
  after(async () => {
    await store.close();
  });
  beforeEach(() => {
    store.requests.length = 0;
    for (const set of [store.buckets, store.foreign, store.objects]) set.clear();
  });
  const inRegion = (region: string) => {
    const config = parseConfig({
      region,
      accessKey: "AK",
      secretKey: "SK",
      endpoints: JSON.stringify([{ s3: store.endpoint }]),
      s3UsePathStyle: "true",
      skipCredentialsValidation: "true",
      skipRequestingAccountId: "true",
      skipMetadataApiCheck: "true",
    });
    const client = createClient(config);
    return bucketResource(() => ({ client, region: effectiveRegion(config) }));
  };
  const create = async (inputs: object, region = "us-east-1") =>
    inRegion(region).create({ ...operation, inputs: { ...inputs } });

  it("creates without a LocationConstraint in us-east-1, and refuses a bucket that exists, as the official one does", async () => {
    const { id, outputs } = await create({ bucket: "b" });
    assert.equal(id, "b");
    assert.equal(outputs.arn, "arn:aws:s3:::b");
    await assert.rejects(create({ bucket: "b" }), /creating S3 Bucket \(b\): BucketAlreadyExists/);
    assert.deepEqual(
      store.requests.map((request) => request.replace(/\?.*/, "")),
      ["HEAD /b", "PUT /b", "HEAD /b"],
    );
  });

  it("sends another region of Amazon's as LocationConstraint, and passes on the refusal", async () => {
    await assert.rejects(
      create({ bucket: "b" }, "eu-west-1"),
      /creating S3 Bucket \(b\).*400, InvalidLocationConstraint/,
    );
    assert.match(store.requests[0] ?? "", /<LocationConstraint>eu-west-1<\/LocationConstraint>/);
  });

  it("takes any other name for us-east-1, and so refuses a bucket that exists there, too", async () => {
    for (const region of ["default", "garage", "local", "ceph-objectstore:premium"]) {
      const { outputs } = await create({ bucket: region.slice(0, 4) }, region);
      assert.equal(outputs.region, "us-east-1");
      await assert.rejects(create({ bucket: region.slice(0, 4) }, region), /: BucketAlreadyExists$/);
    }
    assert.doesNotMatch(store.requests.join(), /LocationConstraint/);
  });

  it("imports a bucket that exists, by its name alone, and finds nothing to change then", async () => {
    store.buckets.add("b");
    const resource = inRegion("default");
    const found = await resource.read?.({ ...operation, id: "b", inputs: {}, state: {} });
    assert.deepEqual(found?.inputs, { bucket: "b" });
    assert.equal(found.outputs.forceDestroy, false);
    const news = { bucket: "b", forceDestroy: false };
    const { inputs: olds, outputs: state } = found;
    assert.deepEqual((await resource.diff({ id: "b", urn, state, olds, news })).changes, {});
  });

  it("fails on someone else's bucket", async () => {
    store.foreign.add("theirs");
    await assert.rejects(
      create({ bucket: "theirs" }),
      /creating S3 Bucket \(theirs\).*409, BucketAlreadyExists/,
    );
  });

  it("asks for nothing in a preview", async () => {
    await inRegion("us-east-1").create({ ...operation, inputs: { bucket: "b" }, preview: true });
    assert.deepEqual(store.requests, []);
  });

  it("sees on refresh that the bucket has gone, and asks for no subresource of one that is there", async () => {
    const read = async () =>
      inRegion("us-east-1").read?.({ ...operation, id: "b", inputs: { bucket: "b" }, state: {} });
    assert.equal(await read(), undefined);
    store.buckets.add("b");
    assert.equal((await read())?.id, "b");
    assert.deepEqual(store.requests, ["HEAD /b", "HEAD /b"]);
  });

  it("deletes what is empty, refuses what is not, and empties it only with forceDestroy", async () => {
    const remove = async (forceDestroy: boolean) =>
      inRegion("us-east-1").delete({ ...operation, id: "b", inputs: {}, state: { forceDestroy } });
    store.buckets.add("b");
    store.objects.add("k");
    await assert.rejects(remove(false), /deleting S3 Bucket \(b\).*409, BucketNotEmpty/);
    assert.ok(store.objects.has("k"));
    await remove(true);
    assert.equal(store.buckets.has("b"), false);
    await remove(false);
  });

  it("replaces for another name, updates for the rest", async () => {
    const diff = async (olds: object, news: object) =>
      (await inRegion("us-east-1").diff({ id: "b", urn, state: {}, olds: { ...olds }, news: { ...news } }))
        .changes;
    assert.deepEqual(await diff({ bucket: "a" }, { bucket: "b" }), { bucket: "update-replace" });
    assert.deepEqual(await diff({ bucket: "a" }, { bucket: "a", forceDestroy: true, tags: { t: "1" } }), {
      forceDestroy: "update",
      tags: "add",
    });
    assert.deepEqual(await diff({ bucket: "a" }, { bucket: "a", forceDestroy: false }), {});
  });

  it("refuses inputs that it does not know, and names a bucket that has no name", async () => {
    const check = async (news: object, olds: object = {}) =>
      inRegion("us-east-1").check({ urn, olds: { ...olds }, news: { ...news } });
    assert.deepEqual(
      (await check({ bucket: "b", acl: "private" })).failures?.map(({ property }) => property),
      ["acl"],
    );
    assert.match(String((await check({})).inputs.bucket), /^backups-[0-9a-f]{7}$/);
    assert.equal((await check({}, { bucket: "before" })).inputs.bucket, "before");
  });
});
