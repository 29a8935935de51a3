import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";

import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";

import { parseConfig } from "../../config.ts";
import { schema } from "../../config/schema.ts";
import { anyS3, ceph, cephHost, hostKey, parsed, privateKey, refusal, secrets } from "./config/fixtures.ts";

describe("parseConfig: what is accepted", () => {
  it("fills in defaults", () => {
    const { keys, ...rest } = parsed(anyS3);
    assert.ok(keys);
    assert.deepEqual(rest, {
      endpoint: "https://s3.example.org",
      region: "local",
      bucket: "cnpg-backups",
      path: "/lab",
      protectBucket: true,
      cephHost: undefined,
      radosgwAdmin: "radosgw-admin",
      rgwUser: { uid: "cnpg-backup", displayName: "CNPG Backup User", maxBuckets: 10 },
      singleDiskCeph: { enabled: false, ceph: "ceph" },
      namespaces: [],
      operator: { values: {} },
    });
  });

  it("keeps every secret a secret output", async () => {
    const { cephHost: host, keys } = parsed({ ...ceph, accessKeyId: "AK", secretAccessKey: "SK" });
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

describe("parseConfig: what is refused, and the command that solves it", () => {
  const cases: [what: string, values: Record<string, unknown>, says: string, fix: string][] = [
    [
      "no endpoint",
      { ...anyS3, endpoint: "" },
      "cnpg-rgw:endpoint is missing",
      "pulumi config set cnpg-rgw:endpoint http://10.0.0.10:7480",
    ],
    [
      "an endpoint with a path",
      { ...anyS3, endpoint: "https://a/b" },
      "cnpg-rgw:endpoint must be a URL",
      "pulumi config set cnpg-rgw:endpoint",
    ],
    [
      "another protocol",
      { ...anyS3, endpoint: "s3://a" },
      "cnpg-rgw:endpoint must be a URL",
      "pulumi config set cnpg-rgw:endpoint",
    ],
    [
      "a bucket in capitals",
      { ...anyS3, bucket: "Backups" },
      'at both ends, and not an IP address; not "Backups"',
      "pulumi config set cnpg-rgw:bucket cnpg-backups",
    ],
    [
      "a path without a slash",
      { ...anyS3, path: "here" },
      "cnpg-rgw:path must start with /",
      "pulumi config set cnpg-rgw:path /homelab-cluster",
    ],
    ["a path that climbs", { ...anyS3, path: "/a/../b" }, 'not "/a/../b"', "pulumi config set cnpg-rgw:path"],
    [
      "half a key pair",
      { endpoint: anyS3.endpoint, accessKeyId: "AK" },
      "cnpg-rgw:secretAccessKey is missing",
      "pulumi config set --secret cnpg-rgw:secretAccessKey",
    ],
    [
      "half a key pair beside a Ceph host",
      { ...ceph, secretAccessKey: "SK" },
      "cnpg-rgw:accessKeyId is missing",
      "pulumi config set --secret cnpg-rgw:accessKeyId",
    ],
    [
      "neither keys nor a Ceph host",
      { endpoint: anyS3.endpoint },
      "where there is no cnpg-rgw:cephHost",
      "pulumi config set --secret cnpg-rgw:accessKeyId",
    ],
    [
      "a Ceph host without its private key",
      { ...ceph, cephHostPrivateKey: "" },
      "cnpg-rgw:cephHostPrivateKey is missing",
      "pulumi config set --secret cnpg-rgw:cephHostPrivateKey < ~/.ssh/ceph-admin",
    ],
    [
      "the path of a private key",
      { ...ceph, cephHostPrivateKey: "~/.ssh/id" },
      "cnpg-rgw:cephHostPrivateKey must be a whole private key",
      "--secret cnpg-rgw:cephHostPrivateKey <",
    ],
    [
      "a Ceph host without its host key",
      { ...ceph, cephHost: { address: "pve.lan", user: "root" } },
      "cnpg-rgw:cephHost.hostKey is missing",
      `pulumi config set --path 'cnpg-rgw:cephHost.hostKey' "$(ssh-keyscan -t ed25519 pve.lan | cut -d' ' -f2-)"`,
    ],
    [
      "a host key with the host in front",
      { ...ceph, cephHost: { ...cephHost, hostKey: `pve ${hostKey}` } },
      "cnpg-rgw:cephHost.hostKey must be",
      "cut -d' ' -f2-",
    ],
    [
      "a port beyond range",
      { ...ceph, cephHost: { ...cephHost, port: 70000 } },
      "cnpg-rgw:cephHost.port must be a TCP port, 1 to 65535, not 70000",
      "pulumi config set --path 'cnpg-rgw:cephHost.port' 22",
    ],
    [
      "a namespace in capitals",
      { ...anyS3, namespaces: ["Shop"] },
      "cnpg-rgw:namespaces[0] must be the name of a namespace",
      "pulumi config set --path 'cnpg-rgw:namespaces[0]' sample",
    ],
    [
      "a namespace twice",
      { ...anyS3, namespaces: ["a", { name: "a" }] },
      'cnpg-rgw:namespaces[1] is "a"',
      "pulumi config rm --path 'cnpg-rgw:namespaces[1]'",
    ],
    [
      "namespaces that are no list",
      { ...anyS3, namespaces: "sample" },
      'cnpg-rgw:namespaces must be a list of namespaces, not "sample"',
      "pulumi config rm cnpg-rgw:namespaces && pulumi config set --path 'cnpg-rgw:namespaces[0]' sample",
    ],
    [
      "a mistyped key",
      { ...anyS3, endpont: "x" },
      "did you mean cnpg-rgw:endpoint?",
      "pulumi config rm cnpg-rgw:endpont",
    ],
    [
      "a mistyped key inside",
      { ...ceph, cephHost: { ...cephHost, hostkey: "x" } },
      "did you mean cnpg-rgw:cephHost.hostKey?",
      "pulumi config rm --path 'cnpg-rgw:cephHost.hostkey'",
    ],
    [
      "a key of nothing here",
      { ...anyS3, zzz: "x" },
      "cnpg-rgw:zzz is not a key of this project\n",
      "pulumi config rm cnpg-rgw:zzz",
    ],
    [
      "pools of a Ceph that is not given",
      { ...anyS3, singleDiskCeph: { enabled: true } },
      "cnpg-rgw:singleDiskCeph.enabled is true, and there is no cnpg-rgw:cephHost",
      "pulumi config rm --path 'cnpg-rgw:singleDiskCeph.enabled'",
    ],
    [
      "a CA for http",
      { ...ceph, caBundle: certificate() },
      "cnpg-rgw:caBundle is for an https endpoint",
      "pulumi config rm cnpg-rgw:caBundle",
    ],
    [
      "a CA that is no certificate",
      { ...anyS3, caBundle: "ca.pem" },
      "cnpg-rgw:caBundle must be one or more certificates",
      "pulumi config set cnpg-rgw:caBundle < ca.pem",
    ],
    [
      "protection that is neither",
      { ...anyS3, protectBucket: "maybe" },
      'cnpg-rgw:protectBucket must be true or false, not "maybe"',
      "pulumi config set cnpg-rgw:protectBucket true",
    ],
    [
      "chart values that are a list",
      { ...anyS3, operator: { values: [] } },
      "cnpg-rgw:operator.values must be an object of Helm values, not []",
      "pulumi config set --path 'cnpg-rgw:operator.values.",
    ],
  ];
  for (const [what, values, says, fix] of cases) {
    it(what, () => {
      const message = refusal(values);
      assert.ok(message.includes(says), message);
      assert.ok(message.includes(fix), message);
    });
  }

  it("reports all problems at once, counted", () => {
    const message = refusal({ endpoint: "nowhere", bucket: "B", namespaces: ["a", "a"], regoin: "x" });
    assert.match(message, /^The config of stack lab has 6 problems:/);
    assert.equal(message.match(/^ {6}pulumi config /gm)?.length, 6);
  });

  it("refuses a secret that stands in the clear", () => {
    const message = refusal(anyS3, ["accessKeyId"]);
    assert.match(message, /cnpg-rgw:secretAccessKey is a secret, and stands unencrypted/);
    assert.doesNotMatch(message, /accessKeyId (is|must)/);
  });

  it("shows no secret: not of secret keys, not in URLs, not of encrypted objects", () => {
    const spilt = "hunter2";
    const messages = [
      refusal({ ...anyS3, secretAccessKey: `${spilt}ü` }),
      refusal({ ...anyS3, secretAccessKey: spilt }, []),
      refusal({ ...anyS3, endpoint: `https://me:${spilt}@s3.example.org` }),
      refusal({ ...anyS3, endpoint: `https://s3.example.org/?X-Amz-Signature=${spilt}` }),
      refusal({ ...anyS3, operator: { values: [spilt] } }, [...secrets, "operator"]),
      refusal({ ...anyS3, caBundle: privateKey.replace("b3Bl", spilt) }),
    ];
    for (const message of messages) assert.ok(!message.includes(spilt), message);
  });
});

function certificate(): string {
  const args = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=lab"];
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

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
