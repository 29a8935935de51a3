import assert from "node:assert/strict";
import { before, describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

import { ifKnown } from "../../../components/pulumi/outputs.ts";
import { outputs, parsedOutput, platformOf } from "../../../components/platform.ts";
import { valueOf } from "../mocks.ts";

const orders = {
  namespace: "orders",
  host: "orders-rw.orders.svc",
  secretName: "orders-app",
  destinationPath: "s3://cnpg-backups/homelab/orders",
  serverName: "orders",
};
const whole = {
  endpoint: "http://10.0.0.10:7480",
  region: "local",
  bucket: "cnpg-backups",
  accessKeyId: "PLATFORMKEY",
  secretAccessKey: "the-platforms-secret",
  databases: { orders: { ...orders, recover: "pulumi config set …" } },
};

describe("platformOf", () => {
  /** What each stack has for outputs, by its name. */
  const stacks = new Map<string, Record<string, unknown>>();

  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ name, inputs }: pulumi.runtime.MockResourceArgs) => {
      const outputs = stacks.get(name);
      const secretOutputNames = ["accessKeyId", "secretAccessKey"];
      const state = {
        ...(inputs as Record<string, unknown>),
        ...(outputs && { outputs, secretOutputNames }),
      };
      return { id: name, state };
    },
    call: () => ({}),
  };
  before(async () => {
    await pulumi.runtime.setMocks(mocks, "team", "test", false);
  });

  let count = 0;
  function reference(outputs: Record<string, unknown> | undefined): pulumi.StackReference {
    const name = `organization/cnpg-rgw/${++count}`;
    if (outputs !== undefined) stacks.set(name, outputs);
    return new pulumi.StackReference(name);
  }

  it("gives the store, the keys as secrets and nothing else as one", async () => {
    const { connection, bucket, databases } = platformOf(reference(whole));
    const { endpoint, region, caBundle, accessKeyId, secretAccessKey } = connection;
    const values = await valueOf(pulumi.all([endpoint, region, bucket, accessKeyId, secretAccessKey]));
    assert.deepEqual(values, [
      whole.endpoint,
      whole.region,
      whole.bucket,
      whole.accessKeyId,
      whole.secretAccessKey,
    ]);
    assert.equal(await valueOf(caBundle), undefined);
    assert.deepEqual(await valueOf(databases), { orders });
    const secrets = [accessKeyId, secretAccessKey, endpoint, region, bucket, caBundle, databases].map(
      (output: pulumi.Output<unknown>) => pulumi.isSecret(output),
    );
    assert.deepEqual(await Promise.all(secrets), [true, true, false, false, false, false, false]);
  });

  it("keeps the keys secret where the platform does not say that they are", async () => {
    const name = "organization/cnpg-rgw/plain";
    stacks.set(name, whole);
    const { connection } = platformOf(new pulumi.StackReference(name));
    assert.equal(await pulumi.isSecret(connection.secretAccessKey), true);
  });

  it("asks for nothing that is not used", async () => {
    const { bucket } = platformOf(reference({ bucket: whole.bucket }));
    assert.equal(await valueOf(bucket), whole.bucket);
  });

  it("leaves unknown in a preview what is not known", async () => {
    await pulumi.runtime.setMocks(mocks, "team", "test", true);
    const { bucket } = platformOf(reference(undefined));
    assert.equal(await ifKnown(bucket), undefined);
    await pulumi.runtime.setMocks(mocks, "team", "test", false);
  });
});

describe("an output of the platform", () => {
  const stack = "organization/cnpg-rgw/homelab";

  it("that is missing is named with its stack, and what to do", () => {
    assert.throws(() => parsedOutput(stack, "bucket", undefined, outputs.bucket), {
      message:
        `stack ${stack} has no output bucket. Check that this is the stack of the platform, and run \`pulumi up\` ` +
        "there, with a version of the program that has this output.",
    });
    assert.equal(parsedOutput(stack, "caBundle", undefined, outputs.caBundle), undefined);
  });

  it("that is malformed is refused without being shown", () => {
    const refusal = (name: string, value: unknown, schema: z.ZodType): string => {
      try {
        parsedOutput(stack, name, value, schema);
      } catch (error) {
        assert.ok(error instanceof Error);
        return error.message;
      }
      return assert.fail("it was taken");
    };
    const endpoint = refusal("endpoint", "a-secret-in-the-wrong-place", outputs.endpoint);
    assert.match(endpoint, /homelab has an output that cannot be used: endpoint must be a URL like "http:/);
    assert.doesNotMatch(endpoint, /wrong-place/);
    const key = refusal("secretAccessKey", 1, outputs.key);
    assert.match(key, /: secretAccessKey must be text\. Check that this is the stack of the platform/);
    assert.match(refusal("databases", { orders: {} }, outputs.databases), /: databases\.orders\.namespace /);
  });
});
