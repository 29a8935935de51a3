import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { findBucket } from "../../../../components/s3/existing-bucket.ts";
import { importsBucket } from "../../../../components/s3/import-bucket.ts";
import { useFakeS3 } from "./use-fake-s3.ts";

describe("importsBucket", () => {
  const s3 = useFakeS3();
  const bucket = "cnpg-backups";
  const component = undefined as unknown as pulumi.Resource;
  const unknown = pulumi.output(pulumi.unknown as string);
  const opts = { retainOnDelete: true, protect: false };
  const props = { bucket, forceDestroy: false };

  /** What the engine is told of the bucket, with keys that may not be known yet. */
  const transformed = async (key: pulumi.Output<string> = pulumi.secret("AKID")) => {
    const connection = { ...s3.connection, accessKeyId: key };
    const found = pulumi.output(connection).apply((known) => findBucket(known, bucket));
    const [transform] = importsBucket(found, pulumi.output(bucket), connection, component);
    const args = { custom: true, type: "aws:s3/bucket:Bucket", name: "backups-bucket", props, opts };
    const result = (await transform?.(args)) ?? assert.fail("no transform");
    assert.deepEqual(result.props, props);
    return result.opts;
  };

  it("has a new bucket made", async () => {
    assert.deepEqual(await transformed(), opts);
  });

  it("has one that is ours imported: kept by a destroy, of another stack with the same keys, or made by hand", async () => {
    Object.assign(s3.store, { location: "default", own: ["other", bucket] });
    assert.deepEqual(await transformed(), { ...opts, import: bucket });
  });

  it("imports nothing while the keys are not known, and looks without them", async () => {
    Object.assign(s3.store, { location: "default", own: [bucket] });
    assert.deepEqual(await transformed(unknown), opts);
    assert.ok(s3.store.requests.includes(`GET /${bucket}`));
  });
});
