import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "mocha";

import { S3Failure } from "../../../../components/s3/failure.ts";
import type { S3FailureKind } from "../../../../components/s3/failure.ts";
import { isS3, probe } from "../../../../components/s3/probe.ts";
import { prove, smokeKey } from "../../../../components/s3/smoke-check.ts";
import { useFakeS3 } from "./use-fake-s3.ts";

const failsWith = (kind: S3FailureKind, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof S3Failure, String(error));
  assert.equal(error.kind, kind);
  assert.match(error.message, message);
  return true;
};

describe("prove", () => {
  const s3 = useFakeS3();

  it("asks as anybody, then puts, lists, reads and deletes one object under the path", async () => {
    await prove(s3.connection, "cnpg-backups", "/homelab-cluster");
    const key = String.raw`/cnpg-backups/homelab-cluster/\.cnpg-rgw-smoke/[0-9a-f-]{36}`;
    const expected = [
      "GET /$",
      `PUT ${key}`,
      String.raw`GET /cnpg-backups/?\?list-type=2`,
      `GET ${key}`,
      `DELETE ${key}`,
    ];
    assert.equal(s3.store.requests.length, expected.length);
    for (const [index, pattern] of expected.entries()) {
      assert.match(s3.store.requests[index] ?? "", new RegExp(`^${pattern}`));
    }
    assert.equal(s3.store.objects.size, 0);
  });

  it("says what may not be done, and leaves nothing behind", async () => {
    const steps: [RegExp, string][] = [
      [/^PUT/, "put"],
      [/list-type/, "list"],
      [/^GET [^?]*smoke/, "read"],
    ];
    for (const [when, what] of steps) {
      s3.store.errors = [{ when, status: 403, code: "AccessDenied" }];
      const message = new RegExp(`could not ${what} cnpg-backups/x/`);
      await assert.rejects(prove(s3.connection, "cnpg-backups", "x"), failsWith("permission", message));
      assert.equal(s3.store.objects.size, 0);
    }
    s3.store.errors = [{ when: /^DELETE/, status: 403, code: "AccessDenied" }];
    await assert.rejects(
      prove(s3.connection, "cnpg-backups", "x"),
      failsWith("permission", /could not delete/),
    );
  });

  it("leaves no version and no marker behind in a bucket that keeps versions", async () => {
    s3.store.versioning = "Enabled";
    await prove(s3.connection, "cnpg-backups", "x");
    assert.deepEqual(s3.store.versions, []);
    s3.store.errors = [{ when: /^GET [^?]*smoke/, status: 403, code: "AccessDenied" }];
    await assert.rejects(
      prove(s3.connection, "cnpg-backups", "x"),
      failsWith("permission", /could not read/),
    );
    assert.deepEqual(s3.store.versions, []);
  });

  it("is content with keys that may delete objects and no versions", async () => {
    s3.store.versioning = "Enabled";
    s3.store.errors = [{ when: /^DELETE .*versionId/, status: 403, code: "AccessDenied" }];
    await prove(s3.connection, "cnpg-backups", "x");
    assert.equal(s3.store.versions.length, 2);
  });

  it("sends no key to what is not an S3 server", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Dashboard</html>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const dashboard = { ...s3.connection, endpoint: `http://127.0.0.1:${port}` };
    await assert.rejects(
      prove(dashboard, "cnpg-backups", "/"),
      failsWith("server", /not as an S3 server \(HTTP 200, text\/html\)\. Check the port/),
    );
    server.close();
  });

  it("finds a clock that is wrong before any signature is refused", async () => {
    const target = { connection: s3.connection, bucket: "cnpg-backups", attempt: "reach the S3 server" };
    const tomorrow = new Date(Date.now() + 24 * 3_600_000);
    await assert.rejects(probe(target, tomorrow), failsWith("clock", /by 86\d{3} s: this one is ahead/));
  });

  it("says that nobody listens", async () => {
    const closed = { ...s3.connection, endpoint: "http://127.0.0.1:1" };
    await assert.rejects(prove(closed, "cnpg-backups", "/"), failsWith("network", /refuses connections/));
  });
});

describe("isS3", () => {
  it("knows the answers of S3 servers to a request without keys", () => {
    const answers = [
      '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>',
      '<?xml version="1.0"?>\n<ListAllMyBucketsResult xmlns="x"><Owner></Owner></ListAllMyBucketsResult>',
      "<Error>",
    ];
    for (const body of answers) assert.equal(isS3(body), true);
    for (const body of ["", "<html><Error></html>", '{"error":1}', "<ErrorPage>"])
      assert.equal(isS3(body), false);
  });
});

describe("smokeKey", () => {
  it("is another object each time, under the path", () => {
    assert.match(smokeKey("/a//b/"), /^a\/b\/\.cnpg-rgw-smoke\/[0-9a-f-]{36}$/);
    assert.match(smokeKey("/"), /^\.cnpg-rgw-smoke\//);
    assert.notEqual(smokeKey("/a"), smokeKey("/a"));
  });
});
