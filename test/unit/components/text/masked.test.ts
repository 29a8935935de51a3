import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "mocha";

import fc from "fast-check";

import { shown } from "../../../../components/pulumi/arguments.ts";
import { masked, withoutSecrets } from "../../../../components/text/masked.ts";

const random = fc.nat().map((seed) => createHash("sha256").update(String(seed)).digest());
const secretKey = random.map((bytes) => bytes.toString("base64").slice(0, 40));
const hex = random.map((bytes) => bytes.toString("hex"));

describe("masked", () => {
  it("leaves what people name things as it is", () => {
    const names = [
      ...["cnpg-backups", "homelab-cluster", "10.0.0.10", "http://10.0.0.10:7480", "ceph-admin"],
      ...["https://cloudnative-pg.github.io/charts", "localhost/cloudnative-pg:1.30.0", "CNPG Backup User"],
      ...[
        "sudo radosgw-admin",
        "monitoring.podMonitorEnabled",
        "internationalisation",
        "/a/b/c/d/e/f/g/h/i/j",
      ],
      ...["tenant$user", "0 0 2 * * *", "1099511627776", "2026-11-22T10:00:00Z", "XXXXXXXXXXXXXXXXXXXX"],
    ];
    for (const name of names) assert.equal(masked(name), name);
  });

  it("hides keys, wherever they stand", () => {
    fc.assert(
      fc.property(fc.oneof(secretKey, hex), fc.constantFrom("", "s3://", "my key: "), (key, before) => {
        const text = masked(`${before}${key}`);
        for (let at = 0; at + 12 <= key.length; at += 1)
          assert.ok(!text.includes(key.slice(at, at + 12)), text);
      }),
      { numRuns: 500 },
    );
  });

  it("hides passwords and signatures in URLs, and private keys", () => {
    const texts = ["https://me:hunter2@host/", "https://me:hun/hunter2@host", "http://h/?sig=hunter2"];
    texts.push("-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2");
    for (const text of texts) assert.doesNotMatch(masked(text), /hunter2/);
  });

  it("takes no longer for text without end", () => {
    for (const text of ["//", "?", "-----BEGIN PRIVATE KEY", "aB3", "//@"])
      assert.ok(masked(text.repeat(500_000)).length < 5_000);
  });
});

describe("withoutSecrets", () => {
  const [key, secret] = ["0555B35654AD1656D804", "h7GhxuBLTrlhVUyxSPUKUV8r/2EI4ngqJxD7iBdB"];
  const lines = [
    `Invalid header value b'AWS4-HMAC-SHA256 Credential=${key}\\n/20261130/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${secret}'`,
    `GET http://10.0.0.10:7480/b?AWSAccessKeyId=${key}&Expires=1&Signature=${encodeURIComponent(secret)} failed`,
    `GET /b?X-Amz-Credential=${key}%2F20261130&X-Amz-Signature=${secret}&X-Amz-Security-Token=${secret}`,
    `<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>${key}</AWSAccessKeyId></Error>`,
    `Authorization: AWS ${key}:${secret}`,
    `{"aws_access_key_id": "${key}", "aws_secret_access_key": "${secret}"}`,
    `accessKeyId=${key} secret_key = ${secret}`,
    `could not connect to postgres://app:${secret}@orders-rw/app`,
    `PGPASSWORD=${secret} psql`,
    `the key is ${secret}.`,
    "the key is AKIA0555B35654AD1656",
  ];

  it("hides keys, signatures and passwords by what programs call them", () => {
    for (const line of lines) {
      const said = withoutSecrets(line);
      for (const hidden of [key, secret, "AKIA0555", encodeURIComponent(secret)])
        assert.ok(!said.includes(hidden), said);
    }
  });

  it("hides what is known, wherever it stands and whatever it looks like", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!"***".includes(value) && !`${before}***${after}`.includes(value));
        assert.ok(!withoutSecrets(`${before}${value}${after}`, [value, ""]).includes(value));
      }),
    );
  });

  it("leaves what a user needs to read", () => {
    const lines = [
      "An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: None",
      "WAL 000000010000000000000009 of s3://cnpg-backups/lab/orders/orders/wals/0000000100000000",
      'FATAL: could not access file "vchord.so": No such file or directory',
      "barman-cloud-backup: error: unrecognized arguments: --max-single-put-size 16777216",
      'pull "ghcr.io/cloudnative-pg/postgresql:17@sha256:9c2d1f5ff1ee4cbd8e0a3e9a5ee9ef5c0e3d9b9dd5c0ffee0123456789abcdef"',
      'FATAL: password authentication failed for user "app"',
      "secret key S3_ACCESS_KEY_ID: not found",
    ];
    for (const line of lines) assert.equal(withoutSecrets(line), line);
  });
});

describe("shown", () => {
  it("is one short line of plain ASCII, whatever it shows", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        assert.match(shown(text), /^"[ -~]*…?"$/);
        assert.ok(shown(text).length <= 80);
      }),
    );
  });

  it("lets look-alikes and control characters be seen", () => {
    assert.equal(shown("ѕample"), '"\\u0455ample"');
    assert.equal(shown("sam\u200bple\u001b[31m\u0085\u2028"), '"sam\\u200bple\\u001b[31m\\u0085\\u2028"');
    assert.equal(shown(Infinity), "Infinity");
  });
});
