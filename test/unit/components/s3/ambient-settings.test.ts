import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { promisify } from "node:util";

const nowhere = "http://127.0.0.1:1";

describe("settings of AWS tools in the environment", () => {
  const folder = mkdtempSync(join(tmpdir(), "ambient-"));
  const signatures: string[] = [];
  const server = createServer(({ headers }, response) => {
    signatures.push(`${headers.authorization ?? ""} ${String(headers["x-amz-security-token"])}`);
    response.end("<ListAllMyBucketsResult></ListAllMyBucketsResult>");
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const hostile = `use_fips_endpoint = maybe
use_dualstack_endpoint = maybe
endpoint_url = ${nowhere}
region = elsewhere-1
defaults_mode = maybe
retry_mode = maybe
auth_scheme_preference = sigv4a
role_arn = arn:aws:iam::1:role/other
source_profile = missing
`;
  const variables: [string, string][] = [
    ["AWS_PROFILE", "missing"],
    ["AWS_PROFILE", "default"],
    ["AWS_CONFIG_FILE", file("config", `[default]\n${hostile}`)],
    ["AWS_SHARED_CREDENTIALS_FILE", file("credentials", `[default]\n${hostile}aws_access_key_id = OTHER\n`)],
    ["AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials"],
    ["AWS_ACCESS_KEY_ID", "OTHER"],
    ["AWS_SESSION_TOKEN", "other"],
    ["AWS_ROLE_ARN", "arn:aws:iam::1:role/other"],
    ["AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token"],
    ["AWS_REGION", "elsewhere-1"],
    ["AWS_DEFAULT_REGION", "elsewhere-1"],
    ["AWS_ENDPOINT_URL", nowhere],
    ["AWS_ENDPOINT_URL_S3", nowhere],
    ["AWS_CA_BUNDLE", "/nowhere/ca.pem"],
    ["AWS_USE_FIPS_ENDPOINT", "true"],
    ["AWS_USE_DUALSTACK_ENDPOINT", "true"],
    ["AWS_S3_USE_ARN_REGION", "maybe"],
    ["AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "maybe"],
    ["AWS_DEFAULTS_MODE", "maybe"],
    ["AWS_RETRY_MODE", "maybe"],
    ["AWS_MAX_ATTEMPTS", "maybe"],
    ["AWS_AUTH_SCHEME_PREFERENCE", "sigv4a"],
    ["AWS_SIGV4A_SIGNING_REGION_SET", "elsewhere-1"],
    ["AWS_REQUEST_CHECKSUM_CALCULATION", "maybe"],
    ["AWS_RESPONSE_CHECKSUM_VALIDATION", "maybe"],
    ["HTTP_PROXY", nowhere],
    ["ALL_PROXY", nowhere],
  ];

  it("say nothing to the program's S3 client", async () => {
    const { port } = server.address() as AddressInfo;
    const child = new URL("./ambient-client.ts", import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [
      child,
      `http://127.0.0.1:${port}`,
      JSON.stringify(variables),
    ]);
    assert.deepEqual(
      JSON.parse(stdout),
      variables.map(([name, value]) => [`${name}=${value}`, "answered"]),
    );
    assert.equal(signatures.length, variables.length);
    for (const signature of signatures) {
      assert.match(signature, /^AWS4-HMAC-SHA256 Credential=AKID\/\d+\/local\/s3\/.* undefined$/);
    }
  });
});
