import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";

import fc from "fast-check";

import { shown } from "../../../components/check.ts";
import { masked, withoutSignatures } from "../../../components/masked.ts";

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

describe("withoutSignatures", () => {
  it("hides the access key and the signature of a request that a client quotes", () => {
    const header =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\\n/20261130/local/s3/aws4_request, Signature=0a1b2c";
    const quoted = [header, header.replace("\\n", "\n"), "<AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId>"];
    quoted.push('"AWSAccessKeyId": "AKIDEXAMPLE"', "?AWSAccessKeyId=AKIDEXAMPLE&Signature=0a1b2c&Expires=1");
    for (const text of quoted) {
      const shownText = withoutSignatures(text);
      assert.doesNotMatch(shownText, /AKIDEXAMPLE|0a1b2c/);
      assert.match(shownText, /\*\*\*/);
    }
    assert.match(withoutSignatures(header), /Credential=\*\*\*\\n\/20261130\/local\/s3/);
    assert.equal(withoutSignatures("Signature version 4 is needed"), "Signature version 4 is needed");
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
