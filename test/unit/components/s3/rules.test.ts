import assert from "node:assert/strict";
import { describe, it } from "mocha";

import {
  bucketRule,
  caBundleRule,
  endpointRule,
  pathRule,
  regionRule,
} from "../../../../components/s3/rules.ts";

describe("endpointRule", () => {
  it("accepts a scheme, a host and a port", () => {
    for (const endpoint of [
      "http://10.0.0.10:7480",
      "https://s3.home.arpa",
      "https://s3.home.arpa/",
      "http://[fd00:0::1]:80",
      "https://S3.Home.arpa",
      "https://xn--bcher-kva.example",
    ]) {
      assert.equal(endpointRule(endpoint), undefined, endpoint);
    }
  });

  it("refuses a host that a URL takes for another one, and says for which", () => {
    const others = {
      "http://010.0.0.10": "8.0.0.10",
      "http://167772170:7480": "10.0.0.10",
      "http://１0.0.0.10": "10.0.0.10",
      "https://ѕ3.example.org": "xn--3-cvb.example.org",
    };
    for (const [endpoint, host] of Object.entries(others))
      assert.match(endpointRule(endpoint) ?? "", new RegExp(`host is read as "${host}"$`));
  });

  it("refuses anything more or less, and shows neither keys nor credentials", () => {
    const endpoints = [
      "",
      "10.0.0.10:7480",
      "ftp://host",
      "http://",
      "https://h/bucket",
      "https://h/?x",
      "https://h/#x",
      "http:/h",
      "http://h\n",
      "http://h ",
      "http://10.0.\n0.10",
      "http://h\\b",
      "http://h:99999",
      "http://$(id)",
      "http://-h",
      `http://${"h".repeat(254)}`,
    ];
    for (const endpoint of endpoints)
      assert.match(endpointRule(endpoint) ?? "", /^must be a URL like/, endpoint);
    assert.ok(!(endpointRule("http://me:pass-word@host") ?? "pass-word").includes("pass-word"));
    assert.ok(!(endpointRule("wJalrXUtnFEMI") ?? "wJalrXUtnFEMI").includes("wJalrXUtnFEMI"));
  });
});

describe("bucketRule", () => {
  it("accepts the names that S3 accepts", () => {
    for (const bucket of ["cnpg-backups", "abc", "a.b-c", "1".repeat(63)])
      assert.equal(bucketRule(bucket), undefined);
  });

  it("refuses the others", () => {
    for (const bucket of [
      "",
      "ab",
      "Cnpg",
      "a_b",
      "-ab",
      "ab.",
      "a..b",
      "a.-b",
      "a-.b",
      "10.0.0.10",
      "a/b",
      "x".repeat(64),
    ]) {
      assert.match(bucketRule(bucket) ?? "", /^must be a bucket name/, bucket);
    }
  });
});

describe("regionRule and pathRule", () => {
  it("region: one label", () => {
    for (const region of [undefined, "local", "eu-west-1", "a"]) assert.equal(regionRule(region), undefined);
    for (const region of ["", "-a", "a_b", "a b", "a.b"]) assert.ok(regionRule(region));
  });

  it("path: a prefix", () => {
    for (const path of ["", "/", "/homelab-cluster", "a/b/c", "/ünï"])
      assert.equal(pathRule(path), undefined);
    for (const path of ["/../x", "a/./b", "a\nb", "x".repeat(513)]) assert.ok(pathRule(path));
  });
});

describe("caBundleRule", () => {
  it("refuses what holds no certificate, a broken one, or a private key", () => {
    assert.equal(caBundleRule(undefined), undefined);
    assert.match(caBundleRule("/etc/ssl/ca.pem") ?? "", /PEM format/);
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    assert.match(caBundleRule(broken) ?? "", /cannot be read, number 1/);
    assert.match(caBundleRule("-----BEGIN CERTIFICATE-----\n".repeat(20_000)) ?? "", /cannot be read/);
    assert.match(caBundleRule("-----BEGIN PRIVATE KEY-----") ?? "", /take the private key out/);
  });
});
