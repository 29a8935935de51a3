import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { classify, skewProblem } from "../../../../components/s3/failure.ts";
import type { S3FailureKind } from "../../../../components/s3/failure.ts";

const connection = {
  endpoint: "https://s3.home.arpa:7443",
  region: "local",
  caBundle: undefined,
  accessKeyId: "AKIDEXAMPLE0000000001",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const target = { connection, bucket: "cnpg-backups", attempt: "put cnpg-backups/x" };
const now = new Date("2026-11-22T16:00:00Z");

const system = (code: string, more = {}): Error => Object.assign(new Error(code), { code, ...more });
const s3 = (name: string, httpStatusCode: number, more = {}): Error =>
  Object.assign(new Error("UnknownError"), { name, $metadata: { httpStatusCode }, ...more });

describe("classify", () => {
  const cases: [S3FailureKind, Error, RegExp][] = [
    ["name", system("ENOTFOUND"), /s3\.home\.arpa does not resolve/],
    ["name", system("EAI_AGAIN"), /does not resolve/],
    ["network", system("ECONNREFUSED"), /s3\.home\.arpa:7443 refuses connections/],
    ["network", new AggregateError([system("ECONNREFUSED"), system("ENETUNREACH")]), /refuses connections/],
    ["network", new TypeError("fetch failed", { cause: system("EHOSTUNREACH") }), /no route/],
    ["network", system("ECONNRESET"), /closed the connection/],
    ["network", Object.assign(new Error("timed out"), { name: "TimeoutError" }), /did not answer in time/],
    [
      "network",
      Object.assign(new Error("aborted"), { name: "AbortError", code: "ABORT_ERR" }),
      /did not answer/,
    ],
    ["tls", system("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), /Set caBundle to the CA that signed it/],
    ["tls", system("DEPTH_ZERO_SELF_SIGNED_CERT"), /not trusted/],
    ["tls", system("CERT_HAS_EXPIRED"), /expired/],
    [
      "tls",
      system("ERR_TLS_CERT_ALTNAME_INVALID", {
        reason: "Host: s3. is not in the cert's altnames: DNS:pve.home.arpa",
      }),
      /not for s3\.home\.arpa \(DNS:pve\.home\.arpa\)/,
    ],
    ["tls", system("EPROTO"), /does not speak TLS/],
    ["tls", system("ERR_SSL_WRONG_VERSION_NUMBER"), /does not speak TLS/],
    ["server", system("HPE_INVALID_CONSTANT"), /does not speak HTTP/],
    ["server", s3("InternalError", 500), /HTTP 500/],
    [
      "clock",
      s3("RequestTimeTooSkewed", 403, { $response: { headers: { date: "Sun, 22 Nov 2026 15:00:00 GMT" } } }),
      /by 3600 s: this one is ahead/,
    ],
    ["key", s3("InvalidAccessKeyId", 403), /does not know the access key/],
    ["key", s3("SignatureDoesNotMatch", 403), /secret key does not belong/],
    ["key", s3("UserSuspended", 403), /suspended/],
    ["region", s3("AuthorizationHeaderMalformed", 400), /another signing region/],
    [
      "bucket",
      s3("NoSuchBucket", 404),
      /bucket cnpg-backups does not exist\. Check its name, or create it\. .*`pulumi up --refresh`/,
    ],
    ["bucket", s3("BucketAlreadyExists", 409), /belongs to another user/],
    ["bucket", s3("NotFound", 404), /was not found/],
    ["permission", s3("AccessDenied", 403), /may not do this/],
    ["permission", s3("Unknown", 403), /may not do this/],
    ["quota", s3("QuotaExceeded", 403), /quota of the user or the bucket is used up/],
    ["quota", s3("TooManyBuckets", 400), /maxBuckets/],
    [
      "quota",
      s3("AccessDenied", 403, {
        message: "Forbidden: Bucket size quota is reached, maximum total size: 20 GiB",
      }),
      /quota of the user or the bucket is used up\. Raise it/,
    ],
    ["quota", s3("AccessDenied", 403, { message: "Forbidden: Object quota is reached" }), /used up/],
    ["quota", s3("XMinioAdminBucketQuotaExceeded", 400, { message: "Bucket quota exceeded" }), /used up/],
    [
      "quota",
      s3("QuotaExceeded", 403, { message: "Your request was denied due to quota exceeded." }),
      /used up/,
    ],
    ["quota", s3("AccessDenied", 403, { message: "Cannot upload files, storage cap exceeded." }), /used up/],
    ["quota", s3("InsufficientCapacity", 507), /is full\. Add storage\.$/],
    [
      "quota",
      s3("XMinioStorageFull", 507, { message: "reached its minimum free drive threshold" }),
      /is full/,
    ],
    [
      "quota",
      s3("InternalError", 500, { message: "cause(write part.2: no space left on device)" }),
      /is full/,
    ],
    [
      "permission",
      s3("AccessDenied", 403, { message: "not authorized to perform: s3:PutBucketQuota" }),
      /cnpg-backups \(it says "not authorized to perform: s3:PutBucketQuota"\)/,
    ],
    ["permission", s3("AccessDenied", 403, { message: "Access Denied." }), /in bucket cnpg-backups\. Use/],
    ["server", s3("InternalError", 500, { message: "read only" }), /HTTP 500\) \(it says "read only"\)/],
    ["bucket", s3("BucketNotEmpty", 409), /is not empty/],
    ["unknown", s3("TeapotError", 418), /TeapotError, HTTP 418/],
  ];
  for (const [kind, error, message] of cases) {
    it(`${kind}: ${error.name} ${error.message}`, () => {
      const failure = classify(error, target, now);
      assert.equal(failure.kind, kind);
      assert.match(failure.message, message);
      assert.match(
        failure.message,
        /^S3 \w+ problem: could not put cnpg-backups\/x at https:\/\/s3\.home\.arpa:7443: .*\.$/,
      );
    });
  }

  it("hints at https where a plain endpoint is hung up on", () => {
    const plain = { ...target, connection: { ...connection, endpoint: "http://10.0.0.10:7443" } };
    assert.match(classify(system("ECONNRESET"), plain).message, /write https:\/\/ in the endpoint/);
  });

  it("knows when a caBundle is given and is the wrong one", () => {
    const given = { ...target, connection: { ...connection, caBundle: "PEM" } };
    assert.match(classify(system("SELF_SIGNED_CERT_IN_CHAIN"), given).message, /caBundle is not the CA/);
  });

  it("never tells to delete an object", () => {
    for (const [, error] of cases)
      assert.doesNotMatch(classify(error, target, now).message, /delete (object|what|it)/i);
  });

  it("quotes a store without the keys, also where one has a newline at its end", () => {
    const withNewline = {
      ...target,
      connection: { ...connection, accessKeyId: `${connection.accessKeyId}\n` },
    };
    for (const [code, status] of [
      ["AccessDenied", 403],
      ["InternalError", 500],
      ["InvalidArgument", 400],
    ] as const) {
      const said = `bad header Credential=${connection.accessKeyId}\\n/20261130, ${connection.secretAccessKey}`;
      const { message } = classify(s3(code, status, { message: said }), withNewline, now);
      assert.match(message, /bad header Credential=/);
      assert.ok(!message.includes(connection.accessKeyId) && !message.includes(connection.secretAccessKey));
    }
  });

  it("has a sentence for anything that is thrown, and no key in it", () => {
    const { accessKeyId, secretAccessKey } = connection;
    const text = fc.oneof(fc.string(), fc.constantFrom(accessKeyId, secretAccessKey, `x${secretAccessKey}y`));
    const anything = fc.oneof(
      fc.anything(),
      fc.record({ name: text, message: text, code: text, reason: text }, { requiredKeys: [] }),
      fc.tuple(text, text).map(([message, code]) => system(code, { message })),
    );
    fc.assert(
      fc.property(anything, (error) => {
        const { message } = classify(error, target, now);
        assert.ok(message.endsWith("."));
        assert.ok(!message.includes(accessKeyId) && !message.includes(secretAccessKey));
      }),
    );
  });
});

describe("skewProblem", () => {
  it("is silent up to 15 minutes, and then says by how much and which way", () => {
    assert.equal(skewProblem("Sun, 22 Nov 2026 15:46:00 GMT", now), undefined);
    assert.equal(skewProblem(undefined, now), undefined);
    assert.equal(skewProblem("garbage", now), undefined);
    assert.match(skewProblem("Sun, 22 Nov 2026 17:00:00 GMT", now) ?? "", /by 3600 s: this one is behind/);
  });
});
