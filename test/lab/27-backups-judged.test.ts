import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import {
  archiveNow,
  backUp,
  completedBackups,
  condition,
  inDemo,
  passing,
  setDatabases,
  sql,
  startBackup,
  untilArchivingFails,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { until } from "../../lab/wait.ts";
import { kubectl, mustPulumi, pulumi } from "./support/lab.ts";
import { backupSecret, keysOfStack, s3 } from "./support/stack.ts";
import { inFull } from "./support/full.ts";

const judged = inDemo("judged");
const declared = passing(judged.name);
const place = "lab/judged/judged";
const alarm = /Database demo\/judged (has|counts|answers, but|begins)/;

before(async () => {
  await withoutDatabases();
  setDatabases([declared]);
  await mustPulumi(up);
  await completedBackups(judged);
});
after(async () => {
  await mustPulumi([...up, "--refresh"]);
  await withoutDatabases();
});

async function objects(below: string): Promise<string[]> {
  const [found] = await s3({ ...(await keysOfStack()), steps: [["list", `${place}/${below}`]] });
  assert.ok(Array.isArray(found));
  return found.map(String);
}

/** Rewrites what is said of a base backup in the bucket; returns what was there. */
async function rewriteInfo(id: string, rewrite: (info: string) => string): Promise<string> {
  const keys = await keysOfStack();
  const key = `${place}/base/${id}/backup.info`;
  const [info] = await s3({ ...keys, steps: [["get", key]] });
  const other = rewrite(String(info));
  assert.notEqual(other, info);
  await s3({ ...keys, steps: [["put", key, other]] });
  return String(info);
}

const daysEarlier = (days: number) => (info: string) =>
  info.replace(/^((?:begin|end)_time(?:_iso)?=)(.*)$/gm, (_, name: string, time: string) => {
    const moment = new Date(Date.parse(time) - days * 86_400_000);
    return `${name}${moment.toISOString().replace("T", " ").replace("Z", "+00:00")}`;
  });

describe("backups, by what is in the bucket", () => {
  it("are well, also of a database that nobody uses", async () => {
    assert.doesNotMatch(await mustPulumi(["preview"]), alarm);
    assert.doesNotMatch(await mustPulumi(up), alarm);
  });

  it("are told to be old, or failed, in preview, whatever the conditions say", async () => {
    const [first] = await completedBackups(judged);
    const id = first?.status?.backupId ?? "";
    const info = await rewriteInfo(id, daysEarlier(3));
    assert.match(
      await mustPulumi(["preview"]),
      /demo\/judged has had no complete base backup for 3 days, and its schedule \("0 \d+ [2-4] \* \* \*"\) takes one within 24 hours/,
    );
    const keys = await keysOfStack();
    const failed = info.replace(/^status=DONE$/m, "status=FAILED");
    await s3({ ...keys, steps: [["put", `${place}/base/${id}/backup.info`, failed]] });
    assert.match(
      await mustPulumi(["preview"]),
      new RegExp(
        `demo/judged has no complete base backup at s3://cnpg-backups/${place} \\(${id} is FAILED\\)`,
      ),
    );
    assert.match(await condition(judged, "LastBackupSucceeded"), /^True/);
    await s3({ ...keys, steps: [["put", `${place}/base/${id}/backup.info`, info]] });
    assert.doesNotMatch(await mustPulumi(["preview"]), alarm);
  });

  it("lack WAL that PostgreSQL counts as archived, and up says so while the condition is True", async () => {
    await sql(judged, "create table rows (id int); insert into rows values (1);");
    await archiveNow(judged);
    const last = await sql(judged, "select last_archived_wal from pg_stat_archiver;");
    const [object = ""] = (await objects("wals/")).filter((name) => name.includes(last));
    const keys = await keysOfStack();
    assert.deepEqual(await s3({ ...keys, steps: [["delete", object]] }), ["done"]);
    assert.match(await condition(judged, "ContinuousArchiving"), /^True/);
    const said = await mustPulumi(up);
    assert.match(said, new RegExp(`demo/judged counts WAL ${last} as archived, and it is not at s3://`));
    // A base backup begins after it, and all is well again.
    await backUp(judged, "after-the-loss");
    await archiveNow(judged);
    assert.doesNotMatch(await mustPulumi(up), alarm);
  });
});

describe("an archive's error", () => {
  it("gets an archive's advice, without the key: a Secret's key that ends with a line", async () => {
    const { values } = await backupSecret("demo");
    const key = values.S3_ACCESS_KEY_ID ?? "";
    const patch = JSON.stringify({ stringData: { S3_ACCESS_KEY_ID: `${key}\n` } });
    await kubectl("-n", "demo", "patch", "secret", "cnpg-backup-s3", "--type=merge", "-p", patch);
    await untilArchivingFails(judged);
    const said = await mustPulumi(up);
    assert.match(said, /demo\/judged answers, but its WAL is not archived: .*line break or a blank/);
    assert.doesNotMatch(said, /another backup/);
    assert.ok(!said.includes(key), "the key is not shown");
    await mustPulumi([...up, "--refresh"]);
    await archiveNow(judged, 180_000);
  });

  inFull.it("is quoted from the log where a base backup ends with an exit code", async () => {
    const configuration = { data: { additionalCommandArgs: ["--no-such-option=1"] } };
    setDatabases([passing(judged.name, { backup: { objectStore: { configuration } } })]);
    await mustPulumi(up);
    await startBackup(judged, "with-an-option");
    await until({ what: "the base backup to fail", timeoutMs: 120_000, intervalMs: 1_000 }, async () => {
      const path = "jsonpath={.status.phase}";
      const phase = await kubectl("-n", "demo", "get", "backup", "with-an-option", "-o", path);
      return phase === "failed" || phase;
    });
    const said = await mustPulumi(up);
    assert.match(said, /its last base backup failed: .*unrecognized arguments: --no-such-option=1/);
    assert.match(said, /an entry for each argument, as `--name=value`/);
    setDatabases([declared]);
    await mustPulumi(up);
    await kubectl("-n", "demo", "delete", "backup", "with-an-option");
    await backUp(judged, "without-an-option");
  });
});

describe("what cannot work together", () => {
  it("is refused in preview: two retentions, a backup each second, an argument with a blank", async () => {
    const objectStore = { configuration: { data: { additionalCommandArgs: ["--read-timeout 60"] } } };
    const refused: [backup: object, says: RegExp][] = [
      [{ retention: "30d", objectStore: { retentionPolicy: "2d" } }, /backup\.retention is set twice/],
      [{ schedule: "* 0 2 * * *" }, /begins 60, since the first field is the seconds: write "0 0 2/],
      [{ objectStore }, /has "--read-timeout 60", .* write "--read-timeout=60"/],
    ];
    for (const [backup, says] of refused) {
      setDatabases([passing(judged.name, { backup })]);
      const outcome = await pulumi(["preview"]);
      assert.notEqual(outcome.code, 0);
      assert.match(outcome.all, says);
    }
    setDatabases([declared]);
  });
});

describe("a database that comes back to its volumes", () => {
  inFull.it("does not wait for a base backup that is there", async () => {
    const retained = passing(judged.name, { deletion: { protect: false, retainVolumes: true } });
    setDatabases([retained]);
    await mustPulumi(up);
    setDatabases([]);
    await mustPulumi(up);
    setDatabases([retained]);
    const said = await mustPulumi(up);
    assert.match(said, /starts from the volumes that an earlier database of that name left/);
    assert.doesNotMatch(said, /its first base backup is not complete/);
    setDatabases([declared]);
    await mustPulumi(up);
  });
});
