import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { kubectl, must, mustPulumi, on, pulumi } from "./support/lab.ts";
import {
  backupSecret,
  bucket,
  changes,
  cephWrites,
  rememberedConfig,
  rgwUser,
  s3,
  uid,
} from "./support/stack.ts";
import { versions } from "../../components/versions.ts";
import { inFull } from "./support/full.ts";

/** A homelab as people have it before: an RGW user by hand, the operator by Helm (or Flux), Secrets by kubectl (or Flux). */
const release = [
  "cloudnative-pg",
  "cloudnative-pg",
  "--repo",
  "http://10.0.0.2:8879",
  "--namespace",
  "postgres",
];
const image = [
  "--set",
  "image.repository=localhost/cloudnative-pg",
  "--set",
  `image.tag=${versions.cloudNativePg}`,
];
const theirValues = [...image, "--set", "config.data.INHERITED_LABELS=team"];

let putConfigBack: () => void;
const config = (values: Record<string, string>): Promise<string> =>
  mustPulumi([
    ...["config", "set-all", "--path"],
    ...Object.entries(values).flatMap(([key, value]) => ["--plaintext", `cnpg-rgw:${key}=${value}`]),
  ]);
const withoutPlugin = { "barmanPlugin.enabled": "false" };

const secret = (keys: { access_key: string; secret_key: string }): string => `
apiVersion: v1
kind: Namespace
metadata: { name: demo }
---
apiVersion: v1
kind: Secret
metadata:
  name: cnpg-backup-s3
  namespace: demo
  labels: { team: a, kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux-system }
stringData:
  S3_ACCESS_KEY_ID: ${keys.access_key}
  S3_SECRET_ACCESS_KEY: ${keys.secret_key}
  S3_REGION: us-east-1
  OF_THE_TEAM: kept
`;
const database = `
apiVersion: v1
kind: Namespace
metadata: { name: team }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pg, namespace: team }
spec: { instances: 1, imageName: "localhost/postgresql:17", storage: { size: 1Gi } }
`;

const apply = (manifest: string): Promise<string> =>
  must("workstation", ["kubectl", "apply", "-f", "-"], { input: manifest });
const shell = (command: string): Promise<string> => must("workstation", ["bash", "-ec", command]);
const deleteDefinitions = (): Promise<string> =>
  shell("kubectl get crd -o name | grep '\\.postgresql\\.cnpg\\.io$' | xargs -r kubectl delete");
const admin = (...words: string[]): Promise<string> => must("pve", ["radosgw-admin", ...words]);

async function withoutUser(): Promise<void> {
  await on("pve", ["radosgw-admin", "user", "rm", `--uid=${uid}`, "--purge-data"]);
}

async function userByHand(): Promise<void> {
  await withoutUser();
  await admin("user", "create", `--uid=${uid}`, "--display-name=CNPG Backup User", "--max-buckets=10");
}

async function operatorByHelm(): Promise<void> {
  await deleteDefinitions();
  await must("workstation", ["helm", "install", ...release, ...theirValues, "--create-namespace", "--wait"]);
  await apply(database);
}

/** The key in use, as Ceph knows it. */
async function keyInUse(): Promise<{ access_key: string; secret_key: string }> {
  const [key, ...others] = (await rgwUser(uid))?.keys ?? [];
  assert.ok(key !== undefined && others.length === 0, "one key, as it was");
  return key;
}

const pods = (namespace: string): Promise<string> =>
  kubectl("-n", namespace, "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");

before(async () => {
  putConfigBack = rememberedConfig();
  await mustPulumi(["destroy", "--yes", "--skip-preview"]);
  await Promise.all([userByHand(), operatorByHelm(), config(withoutPlugin)]);
  const { access_key: accessKeyId, secret_key: secretAccessKey } = await keyInUse();
  const steps: ["create" | "put", string][] = [
    ["create", ""],
    ["put", "homelab/old"],
  ];
  await s3({ accessKeyId, secretAccessKey, steps });
  await apply(secret(await keyInUse()));
  // As the helm-controller of Flux labels what it installs.
  const flux = ["helm.toolkit.fluxcd.io/name=cnpg", "helm.toolkit.fluxcd.io/namespace=flux-system"];
  await kubectl("label", "validatingwebhookconfiguration", "cnpg-validating-webhook-configuration", ...flux);
});

describe("a homelab that was there before", () => {
  let keys = { access_key: "", secret_key: "" };
  let secretBefore = { uid: "", values: {} };
  let databasePods = "";

  it("is told of in the preview, each part with what to do, and nothing of it is touched", async () => {
    const writes = cephWrites().length;
    keys = await keyInUse();
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    for (const told of [
      /RGW user "cnpg-backup" already exists, with undeclared keys \(1\).*rgwUser\.existingKeys revoke/,
      /already has an operator: Helm release cloudnative-pg in namespace postgres .*HelmRelease flux-system\/cnpg.*operator\.adopt\.release cloudnative-pg/,
      /Secret cnpg-backup-s3 is already in namespace demo, with other S3 keys/,
    ]) {
      assert.match(outcome.all, told);
    }
    assert.ok(!outcome.all.includes(keys.secret_key) && !outcome.all.includes(keys.access_key));
    assert.deepEqual(cephWrites().slice(writes), []);
  });

  inFull.it("is refused by an update without a preview, too, before anything of it is touched", async () => {
    const { values } = await backupSecret("demo");
    const outcome = await pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /undeclared keys \(1\).*[Nn]othing was changed|already has an operator/);
    assert.deepEqual(await keyInUse(), keys);
    assert.deepEqual((await backupSecret("demo")).values, values);
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(await keyInUse(), keys, "what was refused is not destroyed either");
  });

  it("is shown as adopted, once its keys and its release are declared", async () => {
    for (const [key, name] of [
      ["S3_ACCESS_KEY_ID", "accessKeyId"],
      ["S3_SECRET_ACCESS_KEY", "secretAccessKey"],
    ] as const) {
      await shell(
        `kubectl -n demo get secret cnpg-backup-s3 -o jsonpath='{.data.${key}}' | base64 -d |` +
          ` pulumi config set --secret cnpg-rgw:${name}`,
      );
    }
    await config({
      "operator.adopt.release": "cloudnative-pg",
      "operator.namespace": "postgres",
      "operator.values.config.data.INHERITED_LABELS": "team",
    });
    await kubectl("-n", "team", "wait", "--for=condition=Ready", "cluster/pg", "--timeout=120s");
    secretBefore = await backupSecret("demo");
    databasePods = await pods("team");
    const preview = await mustPulumi(["preview", "--diff"]);
    assert.match(preview, /kubernetes:helm\.sh\/v3:Release: \(import\)\s+\[id=postgres\/cloudnative-pg\]/);
    assert.match(preview, /~ kubernetes:helm\.sh\/v3:Release: \(update\)/);
    assert.match(preview, /aws:s3\/bucket:Bucket: \(import\)\s+\[id=/);
    assert.match(
      preview,
      /cnpg-backup-s3 .*namespace demo.* already exists\. These of its values change: S3_REGION/,
    );
    assert.match(
      preview,
      /cnpg-backup-s3 in namespace demo belongs to Flux \(Kustomization flux-system\/apps\)/,
    );
    assert.doesNotMatch(preview, /\((replace|delete)\)|INHERITED_LABELS: "team" *=>|- *INHERITED_LABELS/);
    assert.ok(!preview.includes(keys.secret_key));
  });

  it("is adopted, with the keys and the objects in use, and its database does not notice", async () => {
    const up = await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.ok(changes(up).includes("= 2 imported"), up);
    assert.deepEqual(await keyInUse(), keys);
    const inUse = { accessKeyId: keys.access_key, secretAccessKey: keys.secret_key };
    assert.deepEqual(await s3({ ...inUse, steps: [["get", "homelab/old"]] }), ["content of homelab/old"]);
    const { uid: sameUid, labels, values } = await backupSecret("demo");
    assert.equal(sameUid, secretBefore.uid);
    assert.deepEqual([labels.team, values.OF_THE_TEAM], ["a", "kept"]);
    assert.deepEqual(
      [values.S3_ACCESS_KEY_ID, values.S3_BUCKET, values.S3_REGION],
      [keys.access_key, bucket, "local"],
    );
    assert.equal(await pods("team"), databasePods);
    assert.match(await shell("helm list -A"), /^cloudnative-pg\s+postgres\s+2\s.*deployed/m);
  });

  it("does not change with the next update", async () => {
    await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  });

  it("keeps what else was in it when its values change", async () => {
    await config({ region: "another" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const { labels, values } = await backupSecret("demo");
    assert.deepEqual([labels.team, values.OF_THE_TEAM, values.S3_REGION], ["a", "kept", "another"]);
  });

  it("keeps its namespace, its database, its bucket and its user when the stack goes", async () => {
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await pods("team"), databasePods);
    assert.equal(await kubectl("get", "namespace", "postgres", "-o", "jsonpath={.status.phase}"), "Active");
    const user = await rgwUser(uid);
    assert.deepEqual(await keyInUse(), keys, "the stack did not make it, so it does not end it");
    assert.deepEqual(user?.placement_tags, [], "its mark is gone");
    const stats = await admin("bucket", "stats", `--bucket=${bucket}`);
    assert.match(stats, /"num_objects": 1\b/);
  });
});

inFull.describe("what a removed or another operator left", () => {
  it("CRDs of another Helm release: the preview says under which name they can be had", async () => {
    putConfigBack();
    await withoutUser();
    await config(withoutPlugin);
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(
      outcome.all,
      /CRDs belong to Helm release cloudnative-pg in namespace postgres.*operator\.adopt\.release cloudnative-pg/,
    );
    await config({ "operator.adopt.release": "cloudnative-pg", "operator.namespace": "postgres" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
  });

  it("an operator by plain manifest: is not joined by a second one, and can be left as it is", async () => {
    await shell(
      `helm template ${[...release, ...image].join(" ")} |` +
        " sed '/meta\\.helm\\.sh/d' | kubectl apply --server-side --force-conflicts -f -",
    );
    await shell(
      "kubectl annotate $(kubectl get crd -o name | grep '\\.postgresql\\.cnpg\\.io$') meta.helm.sh/release-name-",
    );
    putConfigBack();
    await config(withoutPlugin);
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(
      outcome.all,
      /already has an operator, in namespace postgres, that was not installed with Helm/,
    );
    await kubectl("-n", "postgres", "create", "service", "clusterip", "barman-cloud", "--tcp=9090");
    await config({
      ...{ "operator.enabled": "false", "operator.namespace": "postgres" },
      "barmanPlugin.enabled": "true",
    });
    const plugin = await pulumi(["preview"]);
    assert.notEqual(plugin.code, 0);
    assert.match(plugin.all, /postgres already has a Barman Cloud plugin.*barmanPlugin\.enabled false/);
    await config(withoutPlugin);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    await kubectl("-n", "postgres", "get", "deployment", "cloudnative-pg");
  });

  it("an RGW user whose keys may go: they end when nobody of the stack needs them", async () => {
    await userByHand();
    await admin("user", "modify", `--uid=${uid}`, "--display-name=By hand");
    const old = await keyInUse();
    await config({ "rgwUser.existingKeys": "revoke", "operator.enabled": "false" });
    const preview = await mustPulumi(["preview"]);
    assert.match(
      preview,
      /"cnpg-backup" already exists\. The update changes this to what is declared: display name/,
    );
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual((await keyInUse()).access_key, old.access_key);
    await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
  });
});

after(async () => {
  // A test that failed may have left the stack, with the values of its own.
  await pulumi(["destroy", "--yes", "--skip-preview"]);
  putConfigBack();
  await shell(
    "kubectl -n demo delete secret cnpg-backup-s3 --ignore-not-found;" +
      " kubectl delete namespace team postgres --ignore-not-found --timeout=120s;" +
      " kubectl delete validatingwebhookconfiguration/cnpg-validating-webhook-configuration" +
      " mutatingwebhookconfiguration/cnpg-mutating-webhook-configuration --ignore-not-found;" +
      " kubectl get clusterrole,clusterrolebinding -o name | grep /cloudnative-pg | xargs -r kubectl delete",
  );
  await Promise.all([deleteDefinitions(), withoutUser()]);
});
