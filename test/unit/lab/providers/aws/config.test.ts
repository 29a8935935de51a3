import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checkConfig, createClient, parseConfig } from "../../../../../lab/providers/aws/config.ts";
import { UNKNOWN } from "../../../../../lab/providers/sdk/values.ts";

// As the SDK sends it: what is not a string is JSON text.
const valid = {
  region: "us-east-1",
  accessKey: "AK",
  secretKey: "SK",
  endpoints: '[{"s3":"http://10.0.0.10:7480"}]',
  s3UsePathStyle: "true",
  skipCredentialsValidation: "true",
  skipRequestingAccountId: "true",
  skipMetadataApiCheck: "true",
  skipRegionValidation: "true",
};
const properties = (config: object) => checkConfig({ ...config }).map((failure) => failure.property);

describe("configuration of the aws provider", () => {
  it("is accepted as the SDK sends it, unknown values included", () => {
    assert.deepEqual(properties({ ...valid, version: "7.48.0" }), []);
    assert.deepEqual(properties({ ...valid, accessKey: UNKNOWN, endpoints: UNKNOWN }), []);
    assert.equal(parseConfig(valid).s3UsePathStyle, true);
  });

  it("must turn off what only AWS has", () => {
    assert.deepEqual(properties({ ...valid, skipRequestingAccountId: "false" }), ["skipRequestingAccountId"]);
    assert.deepEqual(properties({ ...valid, skipMetadataApiCheck: undefined }), ["skipMetadataApiCheck"]);
  });

  it("must have an endpoint, for S3 and nothing else", () => {
    assert.deepEqual(properties({ ...valid, endpoints: "[]" }), ["endpoints"]);
    assert.deepEqual(properties({ ...valid, endpoints: '[{"s3":"10.0.0.10:7480"}]' }), ["endpoints[0].s3"]);
    assert.deepEqual(properties({ ...valid, endpoints: '[{"s3":"http://h","iam":"http://h"}]' }), [
      "endpoints[0].iam",
    ]);
  });

  it("names what it does not know", () => {
    assert.deepEqual(properties({ ...valid, assumeRoles: "[]" }), ["assumeRoles"]);
  });

  it("has a number of attempts, which the client keeps to", async () => {
    const attempts = async (config: object) =>
      createClient(parseConfig({ ...valid, ...config })).config.maxAttempts();
    assert.equal(await attempts({}), 5);
    assert.equal(await attempts({ maxRetries: "3" }), 3);
    for (const maxRetries of ["0", "1.5", "many"]) {
      assert.deepEqual(properties({ ...valid, maxRetries }), ["maxRetries"], maxRetries);
    }
  });

  it("reads a CA bundle below the user's home", (t) => {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    const { HOME } = process.env;
    t.after(() => {
      if (HOME === undefined) delete process.env.HOME;
      else process.env.HOME = HOME;
      rmSync(home, { recursive: true });
    });
    process.env.HOME = home;
    writeFileSync(join(home, "ca.pem"), "PEM");
    createClient(parseConfig({ ...valid, customCaBundle: "~/ca.pem" }));
    assert.throws(
      () => createClient(parseConfig({ ...valid, customCaBundle: "~/none.pem" })),
      /~\/none\.pem/,
    );
  });

  it("names a CA bundle that cannot be read", () => {
    assert.throws(
      () => createClient(parseConfig({ ...valid, customCaBundle: "/nowhere/ca.pem" })),
      /customCaBundle.*\/nowhere\/ca\.pem/,
    );
  });
});
