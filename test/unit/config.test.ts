import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";

import { parseConfig } from "../../config.ts";
import { schema } from "../../config/schema.ts";
import { anyS3, ceph, keys as keyPair, parsed } from "./config/fixtures.ts";

describe("parseConfig: what is accepted", () => {
  it("fills in defaults", () => {
    const { keys, ...rest } = parsed(anyS3);
    assert.ok(keys);
    assert.deepEqual(rest, {
      endpoint: "https://s3.example.org",
      region: "local",
      bucket: "cnpg-backups",
      path: "/lab",
      manageBucket: true,
      protectBucket: true,
      cephHost: undefined,
      radosgwAdmin: "radosgw-admin",
      rgwUser: { uid: "cnpg-backup", displayName: "CNPG Backup User", maxBuckets: 10 },
      singleDiskCeph: { enabled: false, ceph: "ceph" },
      namespaces: [],
      operator: { enabled: true, namespace: "cnpg-system", values: {} },
      isOperatorEncrypted: false,
      barmanPlugin: { enabled: true },
      databases: [],
      drills: { enabled: true, namespace: "cnpg-drill" },
    });
  });

  it("keeps every secret a secret output", async () => {
    const { cephHost: host, keys } = parsed({ ...ceph, ...keyPair });
    const outputs = [host?.privateKey, keys?.accessKeyId, keys?.secretAccessKey];
    for (const output of outputs) {
      assert.ok(output);
      assert.equal(await pulumi.isSecret(output), true);
    }
  });

  it("needs no keys where there is a Ceph host to make them on", () => {
    const config = parsed(ceph);
    assert.equal(config.keys, undefined);
    assert.equal(config.cephHost?.port, 22);
  });

  it("takes empty values as absent, for Pulumi.yaml must give each key a default", () => {
    const empty = {
      path: "",
      caBundle: "",
      cephHost: {},
      cephHostPrivateKey: "",
      namespaces: [],
      operator: {},
    };
    assert.equal(parsed({ ...anyS3, ...empty }, ["accessKeyId", "secretAccessKey"]).path, "/lab");
  });

  it("takes namespaces as names and as objects", () => {
    const { namespaces } = parsed({ ...anyS3, namespaces: ["sample", { name: "shop", create: true }] });
    assert.deepEqual(namespaces, [
      { name: "sample", create: false },
      { name: "shop", create: true },
    ]);
  });

  it("drops the slash that ends an endpoint", () => {
    assert.equal(
      parsed({ ...anyS3, endpoint: "https://s3.example.org:8443/" }).endpoint,
      "https://s3.example.org:8443",
    );
  });
});

describe("parseConfig: properties", () => {
  it("answers any text in any key with a config or with a RunError of ours", () => {
    const key = fc.oneof(fc.constantFrom(...Object.keys(schema.shape)), fc.string());
    const value = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(fc.dictionary(key, value), (values) => {
        try {
          parseConfig({ stack: "lab", values, encrypted: new Set() });
        } catch (error) {
          assert.ok(error instanceof pulumi.RunError, String(error));
          assert.match(error.message, /^The config of stack lab has /);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("normalises an endpoint once: what it returns is accepted unchanged", () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: false, withQueryParameters: false }), (url) => {
        const { origin } = new URL(url);
        assert.equal(parsed({ ...anyS3, endpoint: origin }).endpoint, origin);
      }),
    );
  });
});
