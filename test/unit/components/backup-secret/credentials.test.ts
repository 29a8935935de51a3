import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { rootCertificates } from "node:tls";

import * as pulumi from "@pulumi/pulumi";

import {
  BackupCredentials,
  type BackupCredentialsArgs,
} from "../../../../components/backup-secret/credentials.ts";
import { BackupNamespaces } from "../../../../components/backup-secret/namespaces.ts";
import { ownerLabelOf } from "../../../../components/kubernetes/owner.ts";
import { family, find, valueOf, recordedResources } from "../../mocks.ts";

const declared = recordedResources();

const args: BackupCredentialsArgs = {
  namespace: "shop",
  connection: { endpoint: "http://10.0.0.10:7480/", accessKeyId: "AK", secretAccessKey: "SK" },
  bucket: "cnpg-backups",
  path: "/lab",
};

describe("BackupCredentials", () => {
  it("is one Secret with the six agreed keys", async () => {
    const credentials = new BackupCredentials("shop", args);
    assert.equal(await valueOf(credentials.secretName), "cnpg-backup-s3");
    assert.equal(await valueOf(credentials.namespace), "shop");
    assert.deepEqual(family(declared, "shop"), [
      "cnpg-rgw:backup:BackupCredentials shop",
      "kubernetes:core/v1:Secret shop-secret",
    ]);
    const { inputs, secrets } = find(declared, "shop-secret");
    assert.deepEqual(inputs.metadata, {
      name: "cnpg-backup-s3",
      namespace: "shop",
      labels: { "cnpg.io/reload": "true", "cnpg-rgw/component": await ownerLabelOf(credentials) },
      annotations: { "pulumi.com/patchForce": "true" },
    });
    assert.deepEqual(inputs.stringData, {
      S3_ACCESS_KEY_ID: "AK",
      S3_SECRET_ACCESS_KEY: "SK",
      S3_REGION: "local",
      S3_ENDPOINT: "http://10.0.0.10:7480",
      S3_BUCKET: "cnpg-backups",
      S3_PATH: "/lab",
    });
    assert.deepEqual(secrets, ["stringData"]);
  });

  it("carries the private CA where there is one", async () => {
    const [caBundle = ""] = rootCertificates;
    const credentials = new BackupCredentials("with-ca", {
      ...args,
      connection: { ...args.connection, endpoint: "https://10.0.0.10:7443", caBundle },
    });
    await valueOf(credentials.secretName);
    const { inputs } = find(declared, "with-ca-secret");
    assert.partialDeepStrictEqual(inputs.stringData, { S3_CA_BUNDLE: caBundle });
  });

  it("makes the namespace first, if asked to", async () => {
    const credentials = new BackupCredentials("made", { ...args, createNamespace: true });
    await valueOf(credentials.secretName);
    assert.deepEqual(family(declared, "made"), [
      "cnpg-rgw:backup:BackupCredentials made",
      "kubernetes:core/v1:Namespace made-namespace",
      "kubernetes:core/v1:Secret made-secret",
    ]);
  });

  it("refuses bad arguments before it declares a child", async () => {
    const bad: [argument: RegExp, args: BackupCredentialsArgs][] = [
      [/^namespace must be/, { ...args, namespace: "Shop" }],
      [/^bucket must be/, { ...args, bucket: "B" }],
      [/^path must be/, { ...args, path: "/../x" }],
      [/^connection.endpoint must be/, { ...args, connection: { ...args.connection, endpoint: "s3" } }],
      [
        /^connection.secretAccessKey must not be empty/,
        { ...args, connection: { ...args.connection, secretAccessKey: "" } },
      ],
    ];
    for (const [message, badArgs] of bad) {
      assert.throws(
        () => new BackupCredentials("bad", badArgs),
        (error) => {
          assert.ok(pulumi.ResourceError.isInstance(error));
          assert.match(error.message, message);
          return true;
        },
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!family(declared, "bad").some((line) => line.startsWith("kubernetes:")));
  });
});

describe("BackupNamespaces", () => {
  const { connection, bucket, path } = args;
  const store = { connection, bucket, path };

  it("is the same Secret in each namespace, made first where that is asked for, and nothing else", async () => {
    const many = new BackupNamespaces("many", {
      ...store,
      namespaces: [{ name: "one" }, { name: "two", create: true }],
    });
    assert.deepEqual(await valueOf(many.namespaces), ["one", "two"]);
    assert.deepEqual(family(declared, "many"), [
      "cnpg-rgw:backup:BackupNamespaces many",
      "kubernetes:core/v1:Namespace many-two-namespace",
      "kubernetes:core/v1:Secret many-one-secret",
      "kubernetes:core/v1:Secret many-two-secret",
    ]);
    const [one, two] = ["one", "two"].map((name) => find(declared, `many-${name}-secret`).inputs);
    assert.partialDeepStrictEqual(one?.metadata, { name: "cnpg-backup-s3", namespace: "one" });
    assert.partialDeepStrictEqual(two?.metadata, { name: "cnpg-backup-s3", namespace: "two" });
    assert.deepEqual(one?.stringData, two?.stringData);
    assert.ok(many.secrets.two);
  });

  it("refuses a name that Kubernetes refuses before it declares a child", async () => {
    const namespaces = [{ name: "good" }, { name: "Bad" }];
    assert.throws(() => new BackupNamespaces("worse", { ...store, namespaces }), /namespaces must/);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!family(declared, "worse").some((line) => line.startsWith("kubernetes:")));
  });
});
