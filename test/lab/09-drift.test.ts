import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { chartRepository } from "../../lab/kubernetes/facts.ts";
import { setPlain } from "./support/database.ts";
import { kubectl, must, mustPulumi, pulumi } from "./support/lab.ts";
import {
  backupSecret,
  cephWrites,
  changes,
  keysOfStack,
  rememberedConfig,
  rgwUser,
  s3,
  setConfig,
  stackIsUp,
  uid,
} from "./support/stack.ts";
import { inFull, inFullAs } from "./support/full.ts";
import { afterTest } from "../support/after-test.ts";

/** As the cluster's administrator; what it prints holds keys, so it is not returned. */
async function byHand(...words: string[]): Promise<void> {
  await must("pve", ["radosgw-admin", ...words, `--uid=${uid}`]);
}

/** A preview names what was changed by hand and touches nothing; an update corrects it. */
async function isSeenAndCorrected(what: RegExp, commands = 1): Promise<void> {
  const before = cephWrites().length;
  const preview = await mustPulumi(["preview", "--diff"]);
  assert.match(preview, what);
  assert.match(preview, /RGW user "cnpg-backup" is not as declared, and will be corrected: /);
  assert.deepEqual(cephWrites().slice(before), [], "a preview writes nothing");
  const corrected = await mustPulumi(["up", "--yes", "--skip-preview"]);
  assert.equal(changes(corrected)[0], `~ ${commands} updated`);
}

async function staysQuiet(): Promise<void> {
  const before = cephWrites().length;
  await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  assert.deepEqual(cephWrites().slice(before), [], "nothing is written where nothing differs");
}

before(stackIsUp);

describe("an RGW user that was changed by hand", () => {
  it("suspended, renamed, with other limits and without its key: is as declared, and its bucket works", async () => {
    const name = (await rgwUser(uid))?.display_name;
    const keys = await keysOfStack();
    await byHand("user", "suspend");
    await byHand("user", "modify", "--display-name=Somebody else", "--max-buckets=3");
    await byHand("quota", "set", "--quota-scope=user", "--max-size=1G");
    await byHand("quota", "enable", "--quota-scope=user");
    await byHand("key", "rm", `--access-key=${keys.accessKeyId}`);
    await isSeenAndCorrected(/# display name, max buckets, suspended, keys, quota; 2/);
    const user = await rgwUser(uid);
    assert.deepEqual(
      [user?.suspended, user?.display_name, user?.max_buckets, user?.user_quota.enabled],
      [0, name, 10, false],
    );
    const steps: ["put" | "get" | "delete", string][] = [
      ["put", "lab/drift"],
      ["get", "lab/drift"],
      ["delete", "lab/drift"],
    ];
    assert.deepEqual(await s3({ ...keys, steps }), ["done", "content of lab/drift", "done"]);
    await staysQuiet();
  });

  inFull.it("in the same way again and again: is corrected each time", async () => {
    for (let time = 1; time <= 2; time += 1) {
      await byHand("user", "modify", "--max-buckets=5");
      await isSeenAndCorrected(/# max buckets; 2/);
      assert.equal((await rgwUser(uid))?.max_buckets, 10);
    }
  });

  inFull.it(
    "its key removed and another one added: has its own again, and is told of the other one",
    async () => {
      const putConfigBack = rememberedConfig();
      afterTest(putConfigBack);
      const keys = await keysOfStack();
      await byHand("key", "create", "--access-key=SOMEBODYELSES0000001", "--gen-secret");
      await byHand("key", "rm", `--access-key=${keys.accessKeyId}`);
      await isSeenAndCorrected(/# keys; 2/);
      const keysOfUser = async () => (await rgwUser(uid))?.keys.map((key) => key.access_key).sort();
      assert.deepEqual(await keysOfUser(), [keys.accessKeyId, "SOMEBODYELSES0000001"].sort());
      const told = await mustPulumi(["preview", "--expect-no-changes"]);
      assert.match(told, /warning: RGW user "cnpg-backup" has keys \(1\) that no stack has declared/);
      await setConfig({ "cnpg-rgw:rgwUser.existingKeys": "revoke" });
      await mustPulumi(["up", "--yes", "--skip-preview"]);
      assert.deepEqual(await keysOfUser(), [keys.accessKeyId]);
      await staysQuiet();
      putConfigBack();
      await mustPulumi(["up", "--yes", "--skip-preview"]);
    },
  );

  inFull.it("kept from writing by its op mask: is told, with the command that lifts it", async () => {
    await byHand("user", "modify", "--op-mask=read");
    const outcome = await pulumi(["preview"]);
    await byHand("user", "modify", "--op-mask=read,write,delete");
    assert.match(
      outcome.all,
      /warning: RGW user "cnpg-backup" may not write or delete: .*--op-mask=read,write,delete/,
    );
    assert.doesNotMatch(await mustPulumi(["preview", "--expect-no-changes"]), /op mask/);
  });

  inFull.it(
    "is not seen by refresh, which runs no program, nor from where the Ceph host is out of reach",
    async () => {
      await byHand("user", "modify", "--max-buckets=7");
      await mustPulumi(["refresh", "--yes", "--skip-preview"]);
      assert.equal((await rgwUser(uid))?.max_buckets, 7);
      await must("workstation", ["ip", "route", "add", "prohibit", "10.0.0.10/32"]);
      try {
        const started = Date.now();
        const outcome = await pulumi(["preview"]);
        assert.equal(outcome.code, 0, outcome.all);
        assert.match(outcome.all, /warning: Could not look up RGW user "cnpg-backup"/);
        assert.ok(Date.now() - started < 90_000);
      } finally {
        await must("workstation", ["ip", "route", "del", "prohibit", "10.0.0.10/32"]);
      }
      await isSeenAndCorrected(/# max buckets; 2/);
    },
  );
});

describe("an RGW user that is reached by another command", () => {
  // The second one gives the user its key back.
  const together = inFullAs("an RGW user that is reached by another command");
  /** Of the same user; `sudo` needs no more rights for it. */
  const [usual, another] = ["sudo radosgw-admin", "env sudo radosgw-admin"];
  let putConfigBack: () => void;
  before(() => {
    putConfigBack = rememberedConfig();
  });
  after(() => {
    putConfigBack();
  });

  together.it("with a key that may be somebody else's: is refused, and left as it is", async () => {
    const { accessKeyId } = await keysOfStack();
    await byHand("key", "create", "--access-key=SOMEBODYELSES0000001", "--gen-secret");
    await byHand("key", "rm", `--access-key=${accessKeyId}`);
    // Another Ceph's user would not have this stack's mark.
    const unmarked = `sed -z 's/"placement_tags": \\[[^]]*\\]/"placement_tags": []/'`;
    const admin = "radosgw-admin metadata";
    await must("pve", ["sh", "-c", `${admin} get user:${uid} | ${unmarked} | ${admin} put user:${uid}`]);
    setPlain("radosgwAdmin", another);
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const outcome = await pulumi(command);
      assert.notEqual(outcome.code, 0);
      assert.match(
        outcome.all,
        /RGW user "cnpg-backup" already exists in its new place \(10\.0\.0\.10\), with undeclared keys \(1\)/,
      );
    }
    assert.deepEqual(
      (await rgwUser(uid))?.keys.map((key) => key.access_key),
      ["SOMEBODYELSES0000001"],
    );
    await byHand("key", "rm", "--access-key=SOMEBODYELSES0000001");
  });

  together.it("with a key of this stack: is taken over without a word", async () => {
    const { accessKeyId } = await keysOfStack();
    for (const command of [usual, another, usual]) {
      setPlain("radosgwAdmin", command);
      await mustPulumi(["up", "--yes", "--skip-preview"]);
      assert.deepEqual(
        (await rgwUser(uid))?.keys.map((key) => key.access_key),
        [accessKeyId],
      );
    }
    await staysQuiet();
  });
});

describe("a Secret that was changed by hand", () => {
  const edit = JSON.stringify({ stringData: { S3_BUCKET: "another" } });
  const changeByHand = async (verb: string, ...options: string[]): Promise<void> => {
    await kubectl("-n", "demo", verb, "secret", "cnpg-backup-s3", ...options);
  };

  it("deleted: a preview with a refresh shows it, such an update puts it right", async () => {
    const { values } = await backupSecret("demo");
    await changeByHand("delete");
    assert.equal(changes(await mustPulumi(["preview", "--refresh"]))[0], "+ 1 to");
    await mustPulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    assert.deepEqual((await backupSecret("demo")).values, values);
  });

  inFull.it("edited: is not seen without a refresh; after one, an update puts it right", async () => {
    const { values } = await backupSecret("demo");
    await changeByHand("patch", "-p", edit);
    await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    assert.equal((await backupSecret("demo")).values.S3_BUCKET, "another");
    assert.equal(changes(await mustPulumi(["refresh", "--yes", "--skip-preview"]))[0], "~ 1 updated");
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual((await backupSecret("demo")).values, values);
    await mustPulumi(["preview", "--expect-no-changes", "--refresh"]);
  });
});

describe("a bucket that was changed by hand", () => {
  it("open to everyone, with a rule that deletes backups: preview and up warn of each, and change nothing", async () => {
    const keys = await keysOfStack();
    const byHand: ["open" | "expire", string][] = [
      ["open", ""],
      ["expire", "lab/"],
    ];
    assert.deepEqual(await s3({ ...keys, steps: byHand }), ["done", "done"]);
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const printed = await mustPulumi([...command, "--expect-no-changes"]);
      assert.match(printed, /warning: The policy of bucket cnpg-backups lets everyone do "s3:GetObject"/);
      assert.match(printed, /warning: The ACL of bucket cnpg-backups gives everyone READ/);
      assert.match(
        printed,
        /warning: Lifecycle rule "tidy" of bucket cnpg-backups deletes objects under lab\//,
      );
    }
    assert.deepEqual(await s3({ ...keys, steps: [["close", ""]] }), ["done"]);
    assert.doesNotMatch(await mustPulumi(["preview", "--expect-no-changes"]), /of bucket cnpg-backups/);
  });
});

describe("a release that was changed by hand", () => {
  const podMonitors = (): Promise<string> =>
    kubectl("-n", "cnpg-system", "get", "podmonitors.monitoring.coreos.com", "-o", "name");

  inFull.it(
    "in a value that is declared: a preview with a refresh shows it, such an update puts it right",
    async () => {
      const declared = await podMonitors();
      const { name, chart } = await operatorRelease();
      const change = ["--reuse-values", "--set=monitoring.podMonitorEnabled=false"];
      const url = `${chartRepository}/${chart}.tgz`;
      await must("workstation", ["helm", "-n", "cnpg-system", "upgrade", name, url, ...change]);
      assert.notEqual(await podMonitors(), declared);
      assert.match(await mustPulumi(["preview", "--refresh", "--diff"]), /podMonitorEnabled/);
      await mustPulumi(["up", "--yes", "--skip-preview", "--refresh"]);
      assert.equal(await podMonitors(), declared);
      await mustPulumi(["preview", "--expect-no-changes"]);
    },
  );
});

/** The operator's release, as Helm lists it; `chart` with its version. */
async function operatorRelease(): Promise<{ name: string; chart: string }> {
  const listed = await must("workstation", ["helm", "-n", "cnpg-system", "list", "-o", "json"]);
  const [release] = z.array(z.object({ name: z.string(), chart: z.string() })).parse(JSON.parse(listed));
  assert.ok(release);
  return release;
}
