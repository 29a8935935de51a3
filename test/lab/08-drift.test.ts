import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { onlyInFull } from "./support/full.ts";
import { kubectl, must, mustPulumi, pulumi } from "./support/lab.ts";
import { backupSecret, bucket, cephWrites, changes, keysOfStack, rgwUser, s3, uid } from "./support/stack.ts";

/** As the cluster's administrator; what it prints holds keys, so it is not returned. */
async function byHand(...words: string[]): Promise<void> {
  await must("pve", ["radosgw-admin", ...words, `--uid=${uid}`]);
}

/** A preview names what was changed by hand and touches nothing, an update corrects it, and then all is quiet. */
async function isSeenAndCorrected(what: RegExp): Promise<void> {
  const before = cephWrites().length;
  const preview = await mustPulumi(["preview", "--diff"]);
  assert.match(preview, what);
  assert.deepEqual(changes(preview)[0], "~ 1 to");
  assert.deepEqual(cephWrites().slice(before), [], "a preview writes nothing");
  assert.deepEqual(changes(await mustPulumi(["up", "--yes", "--skip-preview"]))[0], "~ 1 updated");
  await staysQuiet();
}

async function staysQuiet(): Promise<void> {
  const before = cephWrites().length;
  await mustPulumi(["preview", "--expect-no-changes"]);
  await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  assert.deepEqual(cephWrites().slice(before), [], "nothing is written where nothing differs");
}

// Each file can be run by itself.
before(() => mustPulumi(["up", "--yes", "--skip-preview"]));

describe("an RGW user that was changed by hand", () => {
  it("is left alone while it is as declared", staysQuiet);

  it("suspended: works again, its bucket too", async () => {
    await byHand("user", "suspend");
    await isSeenAndCorrected(/# suspended; 2/);
    assert.equal((await rgwUser(uid))?.suspended, 0);
    const keys = await keysOfStack();
    const steps: ["put" | "get" | "delete", string][] = [
      ["put", "lab/drift"],
      ["get", "lab/drift"],
      ["delete", "lab/drift"],
    ];
    assert.deepEqual(await s3({ ...keys, steps }), ["done", "content of lab/drift", "done"]);
  });

  it("the same change twice: is seen twice", onlyInFull, async () => {
    for (const max of ["5", "5"]) {
      await byHand("user", "modify", `--max-buckets=${max}`);
      await isSeenAndCorrected(/# max buckets; 2/);
    }
    assert.equal((await rgwUser(uid))?.max_buckets, 10);
  });

  it("several things at once: are one update that names each", async () => {
    const name = (await rgwUser(uid))?.display_name;
    await byHand("user", "modify", "--display-name=Somebody else", "--max-buckets=3");
    await byHand("quota", "set", "--quota-scope=user", "--max-size=1G");
    await byHand("quota", "enable", "--quota-scope=user");
    await isSeenAndCorrected(/# display name, max buckets, quota; 2/);
    const user = await rgwUser(uid);
    assert.deepEqual([user?.display_name, user?.max_buckets, user?.user_quota.enabled], [name, 10, false]);
  });

  it("its key removed: has it again", onlyInFull, async () => {
    const keys = await keysOfStack();
    await byHand("key", "rm", `--access-key=${keys.accessKeyId}`);
    await isSeenAndCorrected(/# keys; 2/);
    assert.deepEqual(await s3({ ...keys, steps: [["head", ""]] }), ["done"]);
  });

  it("a key added: has just the declared one again", async () => {
    await byHand("key", "create", "--gen-access-key", "--gen-secret");
    assert.equal((await rgwUser(uid))?.keys.length, 2);
    await isSeenAndCorrected(/# other keys; 2/);
    const { accessKeyId } = await keysOfStack();
    assert.deepEqual(
      (await rgwUser(uid))?.keys.map((key) => key.access_key),
      [accessKeyId],
    );
  });

  it("is not seen by refresh, which runs no program", onlyInFull, async () => {
    await byHand("user", "modify", "--max-buckets=7");
    await mustPulumi(["refresh", "--yes", "--skip-preview"]);
    assert.equal((await rgwUser(uid))?.max_buckets, 7);
    await isSeenAndCorrected(/# max buckets; 2/);
  });

  it("is not seen from where the Ceph host is out of reach: a preview says so, and goes on", async () => {
    await byHand("user", "modify", "--max-buckets=7");
    const cut = ["ip", "route", "add", "prohibit", "10.0.0.10/32"];
    await must("workstation", cut);
    try {
      const started = Date.now();
      const outcome = await pulumi(["preview"]);
      assert.equal(outcome.code, 0, outcome.all);
      assert.match(outcome.all, /warning: RGW user "cnpg-backup" could not be looked at/);
      assert.ok(Date.now() - started < 90_000);
    } finally {
      await must("workstation", cut.with(2, "del"));
    }
    await isSeenAndCorrected(/# max buckets; 2/);
  });
});

describe("Kubernetes objects that were changed by hand", () => {
  it("a Secret deleted: comes back after a refresh", async () => {
    const { values } = await backupSecret("demo");
    await kubectl("-n", "demo", "delete", "secret", "cnpg-backup-s3");
    await mustPulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    assert.deepEqual((await backupSecret("demo")).values, values);
    await mustPulumi(["preview", "--expect-no-changes"]);
  });

  it("a Secret edited: is as declared after a refresh", onlyInFull, async () => {
    const { values } = await backupSecret("demo");
    const patch = JSON.stringify({ stringData: { S3_BUCKET: "another" } });
    await kubectl("-n", "demo", "patch", "secret", "cnpg-backup-s3", "-p", patch);
    await mustPulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    assert.equal(values.S3_BUCKET, bucket);
    assert.deepEqual((await backupSecret("demo")).values, values);
  });
});
