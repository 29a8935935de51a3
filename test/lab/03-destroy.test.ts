import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { kubectl, mustPulumi, on, pulumi } from "./support/lab.ts";
import { backupSecret, bucket, keysOfStack, rgwUser, s3, setConfig, uid } from "./support/stack.ts";

async function bucketOwner(): Promise<string | undefined> {
  const outcome = await on("pve", ["radosgw-admin", "bucket", "stats", `--bucket=${bucket}`]);
  return outcome.code === 0 ? /"owner": "(.+?)"/.exec(outcome.stdout)?.[1] : undefined;
}

// Each file can be run by itself.
before(() => mustPulumi(["up", "--yes", "--skip-preview"]));

describe("destroy with the protection on", () => {
  it("takes everything but the bucket, its objects and their owner", async () => {
    await s3({ ...(await keysOfStack()), steps: [["put", "lab/kept"]] });
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await bucketOwner(), uid);
    assert.deepEqual((await rgwUser(uid))?.keys, [], "no key of the stack works any more");
    assert.equal(await kubectl("get", "namespace", "cnpg-system", "--ignore-not-found", "-o", "name"), "");
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

describe("destroy with the protection lifted", () => {
  it("refuses to take another bucket of the user along, and says what to do", async () => {
    await setConfig({ "cnpg-rgw:protectBucket": "false" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const keys = await keysOfStack();
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
    assert.match(outcome.all, /precious/);
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

  it("takes the rest once that bucket is gone", async () => {
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await bucketOwner(), undefined);
    assert.equal(await rgwUser(uid), undefined);
    await setConfig({ "cnpg-rgw:protectBucket": "true" });
  });
});

describe("an RGW user and a bucket that were there before", () => {
  it("are adopted and corrected", async () => {
    const made = [
      "radosgw-admin",
      "user",
      "create",
      `--uid=${uid}`,
      "--display-name=By hand",
      "--max-buckets=3",
    ];
    assert.equal((await on("pve", made)).code, 0);
    await on("pve", ["radosgw-admin", "quota", "set", `--uid=${uid}`, "--quota-scope=user", "--max-size=1G"]);
    await on("pve", ["radosgw-admin", "quota", "enable", `--uid=${uid}`, "--quota-scope=user"]);
    const [first] = (await rgwUser(uid))?.keys ?? [];
    const byHand = { accessKeyId: first?.access_key ?? "", secretAccessKey: first?.secret_key ?? "" };
    assert.deepEqual(
      await s3({
        ...byHand,
        steps: [
          ["create", ""],
          ["put", "lab/old"],
        ],
      }),
      ["done", "done"],
    );
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const user = await rgwUser(uid);
    assert.deepEqual(
      [user?.display_name, user?.max_buckets, user?.user_quota.enabled],
      ["CNPG Backup User", 10, false],
    );
    assert.deepEqual(await s3({ ...(await keysOfStack()), steps: [["list", ""]] }), [["lab/old"]]);
  });

  it("of someone else are left alone, with an error that says so", async () => {
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
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
    assert.match(outcome.all, /not-ours/);
    assert.deepEqual(await s3({ ...theirs, steps: [["list", ""]] }), [["theirs"]]);
    await setConfig({ "cnpg-rgw:bucket": bucket });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
  });
});
