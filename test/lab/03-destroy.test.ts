import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { entry, inDemo, passing, setDatabases, sql, up } from "./support/database.ts";
import { kubectl, must, mustPulumi, on, pulumi } from "./support/lab.ts";
import type { S3Request } from "./support/s3.ts";
import {
  backupSecret,
  bucket,
  endpoint,
  keysOfStack,
  rgwUser,
  s3,
  setConfig,
  stackIsUp,
  uid,
} from "./support/stack.ts";
import { checkoutCopy } from "./support/workspace.ts";
import { inFull } from "./support/full.ts";

type S3Steps = S3Request["steps"];

async function bucketOwner(): Promise<string | undefined> {
  const outcome = await on("pve", ["radosgw-admin", "bucket", "stats", `--bucket=${bucket}`]);
  return outcome.code === 0 ? /"owner": "(.+?)"/.exec(outcome.stdout)?.[1] : undefined;
}

before(stackIsUp);

describe("destroy with the protection on", () => {
  it("takes everything but the bucket, its objects and their owner", async () => {
    await s3({ ...(await keysOfStack()), steps: [["put", "lab/kept"]] });
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await bucketOwner(), uid);
    assert.deepEqual((await rgwUser(uid))?.keys, [], "no key of the stack works any more");
    // The namespace may hold more than the operator.
    assert.equal(await kubectl("-n", "cnpg-system", "get", "deployments,services,secrets", "-o", "name"), "");
    const clusterWide =
      "validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles,clusterrolebindings";
    assert.doesNotMatch(await kubectl("get", clusterWide, "-o", "name"), /cnpg|barman/);
    assert.equal(
      await kubectl("-n", "demo", "get", "secret", "cnpg-backup-s3", "--ignore-not-found", "-o", "name"),
      "",
    );
    assert.match(
      await kubectl("get", "crd", "clusters.postgresql.cnpg.io", "-o", "name"),
      /clusters/,
      "CRDs are kept",
    );
  });

  it("leaves nothing that hangs: no namespace is terminating", async () => {
    const phases = await kubectl("get", "namespaces", "-o", "jsonpath={.items[*].status.phase}");
    assert.deepEqual([...new Set(phases.split(" "))], ["Active"]);
  });

  it("can be followed by an up that adopts bucket and user, objects included", async () => {
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const { values } = await backupSecret("demo");
    const keys = {
      accessKeyId: values.S3_ACCESS_KEY_ID ?? "",
      secretAccessKey: values.S3_SECRET_ACCESS_KEY ?? "",
    };
    assert.deepEqual(await s3({ ...keys, steps: [["list", ""]] }), [["lab/kept"]]);
    await mustPulumi(["preview", "--expect-no-changes"]);
  });
});

describe("a quota below what is stored", () => {
  it("is refused in the preview, before the user gets it", async () => {
    await setConfig({ "cnpg-rgw:rgwUser.quota.maxSizeBytes": "1" });
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /quota\.maxSizeBytes is 1, and bucket cnpg-backups already holds \d+ bytes/);
    await pulumi(["config", "rm", "--path", "cnpg-rgw:rgwUser.quota"]);
    await mustPulumi(["preview", "--expect-no-changes"]);
  });
});

describe("destroy with the protection lifted", () => {
  const other = "cnpg-backups-2";

  it("leaves the bucket of before, its objects and those of other stacks when the name of the bucket changes", async () => {
    await setConfig({ "cnpg-rgw:protectBucket": "false" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const keys = await keysOfStack();
    await s3({ ...keys, steps: [["put", "stranger/kept"]] });
    await setConfig({ "cnpg-rgw:bucket": other });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await s3({ ...keys, steps: [["list", ""]] }), [["lab/kept", "stranger/kept"]]);
    await setConfig({ "cnpg-rgw:bucket": bucket });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    await mustPulumi(["preview", "--expect-no-changes"]);
    assert.deepEqual(await s3({ ...keys, bucket: other, steps: [["remove", ""]] }), ["done"]);
  });

  it("leaves a user that was there before the stack, and its bucket", async () => {
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual((await rgwUser(uid))?.keys, []);
    assert.equal(await bucketOwner(), uid);
  });

  it("refuses to take another bucket of a user that it made along, and says what to do", async () => {
    await must("pve", ["radosgw-admin", "user", "rm", `--uid=${uid}`, "--purge-data"]);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const keys = await keysOfStack();
    const objects: S3Steps = [
      ["put", "lab/kept"],
      ["put", "stranger/kept"],
    ];
    await s3({ ...keys, steps: objects });
    assert.deepEqual(
      await s3({
        ...keys,
        bucket: "precious",
        steps: [
          ["create", ""],
          ["put", "o"],
        ],
      }),
      ["done", "done"],
    );
    const outcome = await pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /still owns .*bucket precious.*pulumi config set cnpg-rgw:protectBucket true/);
    assert.deepEqual(
      await s3({
        ...keys,
        bucket: "precious",
        steps: [
          ["list", ""],
          ["delete", "o"],
          ["remove", ""],
        ],
      }),
      [["o"], "done", "done"],
    );
  });

  it("leaves the stack's bucket, too, and the user with it", async () => {
    const outcome = await pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /still owns bucket cnpg-backups/);
    assert.equal(await bucketOwner(), uid);
  });

  it("takes the user once `npm run remove-backups` has emptied the stack's path, and nothing else", async () => {
    const keys = await keysOfStack();
    const environment = [
      `S3_ENDPOINT=${endpoint}`,
      `S3_BUCKET=${bucket}`,
      "S3_PATH=/lab",
      `S3_ACCESS_KEY_ID=${keys.accessKeyId}`,
      `S3_SECRET_ACCESS_KEY=${keys.secretAccessKey}`,
    ];
    const tool = join(checkoutCopy, "tools", "remove-backups.ts");
    const remove = (...args: string[]) => must("workstation", ["env", ...environment, "node", tool, ...args]);
    assert.match(
      await remove(),
      /would stay, since it holds more, such as "stranger\/".*Nothing was deleted/s,
    );
    assert.match(await remove("--confirm", `${bucket}/lab`), /and nothing else in bucket/);
    const steps: S3Steps = [
      ["list", ""],
      ["delete", "stranger/kept"],
    ];
    assert.deepEqual(await s3({ ...keys, steps }), [["stranger/kept"], "done"]);
    assert.match(await remove("--confirm", `${bucket}/lab`), /are deleted, and the bucket/);
    assert.equal(await bucketOwner(), undefined);
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await rgwUser(uid), undefined);
    await setConfig({ "cnpg-rgw:protectBucket": "true" });
  });
});

describe("a bucket that was there before", () => {
  inFull.it("of someone else is left alone, with an error that says so", async () => {
    await setConfig({ "cnpg-rgw:bucket": "not-ours" });
    const made = await on("pve", [
      "radosgw-admin",
      "user",
      "create",
      "--uid=someone",
      "--display-name=Someone",
      "--access-key=SOMEONE",
      "--secret-key=else",
    ]);
    assert.equal(made.code, 0);
    const theirs = { accessKeyId: "SOMEONE", secretAccessKey: "else", bucket: "not-ours" };
    assert.deepEqual(
      await s3({
        ...theirs,
        steps: [
          ["create", ""],
          ["put", "theirs"],
        ],
      }),
      ["done", "done"],
    );
    const outcome = await pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(
      outcome.all,
      /bucket not-ours cannot be managed with these keys.*Otherwise choose another bucket name/,
    );
    assert.deepEqual(await s3({ ...theirs, steps: [["list", ""]] }), [["theirs"]]);
    await setConfig({ "cnpg-rgw:bucket": bucket });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
  });
});

describe("destroy with a protected database", () => {
  inFull.it("takes nothing that the database needs, in whichever way it is run", async () => {
    setDatabases([entry("kept"), passing("gone")]);
    await mustPulumi(up);
    const kinds = "secrets,scheduledbackups,objectstores,clusters.postgresql.cnpg.io,deployments";
    const needed = async (): Promise<string[]> => {
      const found = await kubectl("get", kinds, "-A", "-o", "name");
      return found
        .split("\n")
        .filter((name) => /cnpg-backup-s3|kept|plugin-barman|cloudnative-pg$/.test(name));
    };
    const before = await needed();
    assert.ok(before.some((name) => name.startsWith("scheduledbackup")));
    for (const way of [[], ["--continue-on-error"], ["--exclude-protected"]]) {
      await pulumi(["destroy", "--yes", "--skip-preview", ...way]);
      assert.deepEqual(await needed(), before);
      assert.equal((await rgwUser(uid))?.keys.length, 1);
    }
    assert.equal(await sql(inDemo("kept"), "select 1;"), "1");
    // The setting that the README names, and one update.
    setDatabases([passing("kept")]);
    await mustPulumi(up);
    setDatabases([]);
    await mustPulumi(up);
    assert.equal(await kubectl("-n", "demo", "get", "clusters.postgresql.cnpg.io", "-o", "name"), "");
  });
});
