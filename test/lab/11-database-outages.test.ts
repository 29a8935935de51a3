import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { until } from "../../lab/wait.ts";
import {
  archiveCheck,
  archiveNow,
  archiver,
  backUp,
  backupsOf,
  completedBackups,
  condition,
  fingerprint,
  inDemo,
  load,
  passing,
  primaryOf,
  setDatabases,
  setPlain,
  sql,
  startBackup,
  untilArchivingFails,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { inFull, inFullAs, isFull } from "./support/full.ts";
import { kubectl, lab, must, mustPulumi, pulumi } from "./support/lab.ts";
import { pidOf, signalProcesses } from "./support/machine.ts";
import { bucket, keysOfStack, rgwUser, uid } from "./support/stack.ts";
import { tablesToWrite, writing, writingDuring } from "./support/writing.ts";

const replicated = inDemo("replicated");
/** By default there are three. */
const instances = isFull ? 3 : 2;
const declared = passing("replicated", { instances });
/** How long the store is away; the whole test has two minutes of it. */
const outageSeconds = isFull ? 120 : 20;

before(async () => {
  await withoutDatabases();
  setDatabases([declared]);
  await mustPulumi(up);
  await completedBackups(replicated);
  await sql(replicated, load);
  await sql(replicated, tablesToWrite);
});
after(withoutDatabases);

describe("a database while the store is away", () => {
  const ready = "select count(*) from pg_ls_archive_statusdir() where name like '%.ready';";
  const waiting = async (): Promise<number> => Number(await sql(replicated, ready));

  it("goes on, keeps its WAL, and archives all of it afterwards", async () => {
    process.kill(pidOf("radosgw"), "SIGKILL");
    const rows = await writing(replicated, outageSeconds);
    assert.ok(rows >= outageSeconds * 10, "it took every row meanwhile");
    const during = await archiver(replicated);
    assert.ok(during.failed > 0, "it noticed");
    await sql(replicated, "select pg_switch_wal();");
    const held = await waiting();
    assert.ok(held >= 1, `${held} segments wait`);
    assert.equal((await lab(["up", "--no-provision"])).code, 0);
    await archiveNow(replicated, 240_000);
    const left = await waiting();
    assert.ok(left <= 1, `${left} segments still wait`);
    const check = await archiveCheck(replicated, await keysOfStack());
    assert.equal(check.code, 0, check.all);
    assert.match(check.all, /^Gaps in the WAL: none$/m);
  });
});

describe("new keys in the config", () => {
  it("are used for the next WAL, and no archive fails in between", async () => {
    const before = await archiver(replicated);
    const old = await keysOfStack();
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:accessKeyId", "ROTATEDKEY0123456789"]);
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:secretAccessKey", "rotated-secret-0123456789"]);
    assert.ok((await writingDuring(replicated, mustPulumi(up))) > 0);
    assert.notEqual((await keysOfStack()).accessKeyId, old.accessKeyId);
    const keys = (await rgwUser(uid))?.keys.map((key) => key.access_key);
    assert.deepEqual(
      keys,
      ["ROTATEDKEY0123456789"],
      "so whatever is archived from now on is with the new key",
    );
    await archiveNow(replicated);
    const after = await archiver(replicated);
    assert.equal(after.failed, before.failed);
    assert.ok(after.archived > before.archived);
  });
});

describe("a base backup that runs while the keys change", () => {
  inFull.it("fails and says so, also in up; the next one has the new keys", async () => {
    const failing = startBackup(replicated, "overtaken");
    const what = { what: "barman-cloud-backup to run", timeoutMs: 60_000, intervalMs: 20 };
    // Held until the old keys are gone, as a large database would.
    await until(what, () =>
      Promise.resolve(signalProcesses("barman-cloud-backup", "SIGSTOP") > 0 || "not yet"),
    );
    await failing;
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:accessKeyId", "ANOTHERKEY0123456789"]);
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:secretAccessKey", "another-secret-0123456789"]);
    await mustPulumi(up);
    signalProcesses("barman-cloud-backup", "SIGCONT");
    await until({ what: "the base backup to fail", timeoutMs: 120_000, intervalMs: 2_000 }, async () => {
      const overtaken = (await backupsOf(replicated)).find(({ metadata }) => metadata.name === "overtaken");
      return overtaken?.status?.phase === "failed" || (overtaken?.status?.phase ?? "new");
    });
    assert.match(
      await mustPulumi(up),
      /demo\/replicated answers, but its last base backup failed: .*InvalidAccessKeyId/,
    );
    await kubectl("-n", "demo", "delete", "backup", "overtaken");
    await backUp(replicated, "with-new-keys");
  });
});

describe("a store that turns its back on a running database", () => {
  inFull.it("shows with a wrong key in the Secret: in the condition and in up, with what to do", async () => {
    const { accessKeyId } = await keysOfStack();
    await setSecretKey("WRONGKEY000000000001");
    await untilArchivingFails(replicated);
    // Without --refresh, an update does not see what was done to the Secret by hand; so it does not mend it here.
    assert.match(
      await mustPulumi(up),
      /demo\/replicated answers, but its WAL is not archived: .*InvalidAccessKeyId.*store does not know the keys/,
    );
    const check = await archiveCheck(replicated, {
      accessKeyId: "WRONGKEY000000000001",
      secretAccessKey: "x",
    });
    assert.equal(check.code, 1);
    assert.match(check.all, /lab\/replicated\/replicated .*the store does not know the access key/);
    await setSecretKey(accessKeyId);
    await archiveAtLast();
  });

  inFull.it("shows with keys that were removed by hand, which up gives back", async () => {
    const { accessKeyId } = await keysOfStack();
    await must("pve", ["radosgw-admin", "key", "rm", `--uid=${uid}`, `--access-key=${accessKeyId}`]);
    await untilArchivingFails(replicated);
    await mustPulumi(up);
    await archiveAtLast();
  });

  inFull.it("shows with a quota that is used up, in the error of up too", async () => {
    setPlain("rgwUser", { uid, displayName: "CNPG Backup User", maxBuckets: 10, quota: { maxObjects: 1 } });
    const outcome = await pulumi(up);
    await untilArchivingFails(replicated);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /S3 quota problem: .*quota is used up/);
    setPlain("rgwUser", { uid, displayName: "CNPG Backup User", maxBuckets: 10 });
    await mustPulumi(up);
    await archiveAtLast();
  });

  async function setSecretKey(value: string): Promise<void> {
    const patch = JSON.stringify({ stringData: { S3_ACCESS_KEY_ID: value } });
    await kubectl("-n", "demo", "patch", "secret", "cnpg-backup-s3", "--type=merge", "-p", patch);
  }

  /** The archiver may be in one of its pauses, which a new segment ends; and the plugin reads a Secret every 10 s. */
  async function archiveAtLast(): Promise<void> {
    await until({ what: "archiving to work again", timeoutMs: 60_000, intervalMs: 2_000 }, async () => {
      await sql(replicated, "insert into written default values; select pg_switch_wal();");
      const found = await condition(replicated, "ContinuousArchiving");
      return found.startsWith("True") || found;
    });
  }
});

describe("a primary that dies", () => {
  it("is replaced by its replica, and archiving goes on", async () => {
    const primary = await primaryOf(replicated);
    await kubectl("-n", "demo", "delete", "pod", primary, "--grace-period=0", "--force");
    await until({ what: "a new primary", timeoutMs: 120_000, intervalMs: 1_000 }, async () => {
      const now = await primaryOf(replicated);
      return (now !== primary && (await writing(replicated, 1)) > 0) || now;
    });
    await archiveNow(replicated);
    const streaming = "select count(*) from pg_stat_replication where state = 'streaming';";
    const check = await archiveCheck(replicated, await keysOfStack());
    assert.match(check.all, /^Gaps in the WAL: none$/m);
    await until({ what: "all others to follow", timeoutMs: 120_000, intervalMs: 1_000 }, async () => {
      const followers = await sql(replicated, streaming);
      return followers === String(instances - 1) || `${followers} follow`;
    });
  });

  inFull.it("lost nothing that was archived: a recovery has every row", async () => {
    await sql(replicated, "insert into sales.orders values (0, 'after the failover');");
    await archiveNow(replicated);
    const everything = await fingerprint(replicated);
    const rows = await sql(replicated, "select count(*), max(id) from written;");
    setDatabases([declared, passing("replicated-restored", { recovery: { from: "replicated" } })]);
    await mustPulumi(up);
    assert.equal(await fingerprint(inDemo("replicated-restored")), everything);
    assert.equal(await sql(inDemo("replicated-restored"), "select count(*), max(id) from written;"), rows);
    await mustPulumi([...up, "--expect-no-changes"]);
  });
});

describe("a bucket that is gone", () => {
  const together = inFullAs("a bucket that is gone");
  together.it("shows in the condition, in the check and in the error of up", async () => {
    const keys = await keysOfStack();
    await must("pve", ["radosgw-admin", "bucket", "rm", `--bucket=${bucket}`, "--purge-objects"]);
    await untilArchivingFails(replicated);
    assert.match(
      (await archiveCheck(replicated, keys)).all,
      /S3 bucket problem: .*bucket cnpg-backups does not exist/,
    );
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /bucket cnpg-backups does not exist/);
  });

  together.it("is made again by up --refresh, which says that there is no base backup in it", async () => {
    const outcome = await mustPulumi([...up, "--refresh"]);
    assert.match(outcome, /demo\/replicated.*no base backup[^]* --backup-target primary/);
    await sql(replicated, "insert into written default values;");
    await archiveNow(replicated);
    await backUp(replicated, "after-the-loss", { target: "primary" });
    // The end of the backup is in the WAL, too.
    await sql(replicated, "insert into written default values;");
    await archiveNow(replicated);
    const check = await archiveCheck(replicated, await keysOfStack());
    assert.equal(check.code, 0, check.all);
  });
});
