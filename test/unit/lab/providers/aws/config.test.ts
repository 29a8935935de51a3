import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { z } from "zod";
import { checkConfig, createClient, parseConfig } from "../../../../../lab/providers/aws/config.ts";
import { UNKNOWN } from "../../../../../lab/providers/sdk/values.ts";
import { afterTest } from "../../../../support/after-test.ts";

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

  it("reads a CA bundle below the user's home", () => {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    const { HOME } = process.env;
    afterTest(() => {
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

  it("fails over a profile that is nowhere, although keys are given", () => {
    const folder = mkdtempSync(join(tmpdir(), "aws-"));
    afterTest(() => {
      rmSync(folder, { recursive: true });
    });
    const [config, credentials] = [join(folder, "config"), join(folder, "credentials")];
    writeFileSync(config, "[default]\n[profile work]\n[bare]\n");
    writeFileSync(credentials, "[ home ]\n");
    const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
    const create = (environment: NodeJS.ProcessEnv, more: object = {}) =>
      createClient(parseConfig({ ...valid, ...more }), { ...files, ...environment });
    for (const AWS_PROFILE of ["", "default", "work", "home"]) create({ AWS_PROFILE });
    const missing = /loading configuration: failed to get shared config profile, (gone|bare)$/;
    for (const AWS_PROFILE of ["gone", "bare"]) assert.throws(() => create({ AWS_PROFILE }), missing);
    // A profile of the program's own wins over the environment's, and has to be there as well.
    create({ AWS_PROFILE: "gone" }, { profile: "work" });
    create({ AWS_PROFILE: "work" }, { sharedConfigFiles: JSON.stringify([config]) });
    const elsewhere = { sharedConfigFiles: '["/dev/null"]', sharedCredentialsFiles: '["/dev/null"]' };
    assert.throws(() => create({ AWS_PROFILE: "gone" }, elsewhere), missing);
  });

  it("takes the CA of AWS tools where it has none of its own", () => {
    const environment = { AWS_CA_BUNDLE: "/nowhere/aws.pem" };
    assert.throws(() => createClient(parseConfig(valid), environment), /cannot read \/nowhere\/aws\.pem/);
  });

  it("knows the options that keep AWS tools' settings out", () => {
    assert.deepEqual(properties({ ...valid, noProxy: "*", profile: "p", sharedConfigFiles: "[]" }), []);
  });

  it("signs for the region that was given, whatever it takes itself for", async () => {
    let authorization = "";
    const server = createServer((request, response) => {
      authorization = request.headers.authorization ?? "";
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    afterTest(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const endpoints = JSON.stringify([{ s3: `http://127.0.0.1:${port}` }]);
    for (const region of ["default", "garage", "eu-west-1"]) {
      const client = createClient(parseConfig({ ...valid, endpoints, region }), {});
      await client.send(new HeadBucketCommand({ Bucket: "b" }));
      assert.match(authorization, new RegExp(`/${region}/s3/aws4_request`));
    }
  });
});
