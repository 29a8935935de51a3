import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { until } from "../../lab/wait.ts";
import {
  type Database,
  archiveCheck,
  archiveNow,
  backUp,
  completedBackups,
  fingerprint,
  inDemo,
  load,
  passing,
  setDatabases,
  setPlain,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { inFull } from "./support/full.ts";
import { kubectl, mustPulumi, on, pulumi } from "./support/lab.ts";
import { bucket, keysOfStack, s3 } from "./support/stack.ts";

const kept = inDemo("kept");
const settings = { backup: { retention: "1d" } };
const again = { namespace: "elsewhere", name: "kept-again" };
/** One that is left out while another one is added would be taken for renamed. */
const running = () => [
  passing("kept", settings),
  ...(isAgainThere ? [passing(again.name, { ...again, recovery: { from: "kept" } })] : []),
];
let isAgainThere = false;
let ids: string[] = [];

before(async () => {
  await withoutDatabases();
  setDatabases([passing("kept", settings)]);
  await mustPulumi(up);
});
after(async () => {
  setPlain("namespaces", [{ name: "demo", create: true }]);
  await withoutDatabases();
  // A namespace that the stack has made stays, for databases live in it.
  await kubectl("delete", "namespace", "elsewhere", "--ignore-not-found", "--wait=false");
});

const prefixOf = ({ name }: Database): string => `lab/${name}/${name}`;

async function objects(below: string, database = kept): Promise<string[]> {
  const [found] = await s3({
    ...(await keysOfStack()),
    steps: [["list", `${prefixOf(database)}/${below}`]],
  });
  assert.ok(Array.isArray(found));
  return found.map(String);
}

/**
 * The plugin enforces the retention when it starts, and then each half hour. Not in a shorter interval here: if it meets
 * a backup that ends, both write the status of the ObjectStore, and it waits five minutes before it tries again.
 */
async function startAgain(pod: string): Promise<void> {
  await kubectl("-n", "demo", "delete", "pod", pod);
  await until({ what: `pod ${pod} to be back`, timeoutMs: 120_000, intervalMs: 1_000 }, async () => {
    const isReady = ["wait", "--for=condition=Ready", `pod/${pod}`, "--timeout=60s"];
    const outcome = await on("workstation", ["kubectl", "-n", "demo", ...isReady]);
    return outcome.code === 0 || outcome.all;
  });
}

/** Rewrites a backup's times in the bucket: nobody can wait for days here. */
async function backdate(id: string, days: number, database = kept): Promise<void> {
  const keys = await keysOfStack();
  const key = `${prefixOf(database)}/base/${id}/backup.info`;
  const [info] = await s3({ ...keys, steps: [["get", key]] });
  const older = String(info).replace(
    /^((?:begin|end)_time(?:_iso)?=)(.*)$/gm,
    (_, name: string, time: string) => {
      const moment = new Date(Date.parse(time) - days * 86_400_000);
      return `${name}${moment.toISOString().replace("T", " ").replace("Z", "+00:00")}`;
    },
  );
  assert.notEqual(older, info);
  await s3({ ...keys, steps: [["put", key, older]] });
}

describe("the retention", () => {
  it("deletes base backups that no recovery within it needs, and their WAL, from the bucket", async () => {
    const [first] = await completedBackups(kept);
    await sql(kept, load);
    ids = [first?.status?.backupId ?? "", await backUp(kept, "second"), await backUp(kept, "third")];
    const [oldest = "", middle = ""] = ids;
    const walBefore = await objects("wals/");
    await backdate(oldest, 5);
    await backdate(middle, 3);
    await startAgain("kept-1");
    await until({ what: `base backup ${oldest} to go`, timeoutMs: 120_000, intervalMs: 2_000 }, async () => {
      const left = await objects(`base/${oldest}/`);
      return left.length === 0 || left.join(", ");
    });
    assert.ok((await objects(`base/${middle}/`)).length > 0, "the recovery window begins with it");
    const walAfter = await objects("wals/");
    const [firstWal = ""] = walBefore;
    assert.ok(!walAfter.includes(firstWal), `${firstWal} is still there`);
  });

  it("leaves an archive without gaps, by the check that a recovery begins with", async () => {
    await archiveNow(kept);
    // From the oldest backup that is left, which needs all the WAL that is left.
    const check = await archiveCheck(kept, await keysOfStack(), ["--backup-id", ids[1] ?? "none"]);
    assert.equal(check.code, 0, check.all);
    assert.match(check.all, /^Gaps in the WAL: none$/m);
  });

  inFull.it("leaves what restores, into another namespace as well", async () => {
    await archiveNow(kept);
    const everything = await fingerprint(kept);
    setPlain("namespaces", [
      { name: "demo", create: true },
      { name: "elsewhere", create: true },
    ]);
    isAgainThere = true;
    setDatabases(running());
    await mustPulumi(up);
    assert.equal(await fingerprint(again), everything);
  });
});

describe("the schedule", () => {
  inFull.it("takes the next base backup when its time has come", async () => {
    const often = inDemo("often");
    const everyMinute = passing(often.name, { backup: { schedule: "0 * * * * *" } });
    setDatabases([...running(), everyMinute]);
    await mustPulumi(up);
    // The first one is taken at once.
    await completedBackups(often, 3);
    setDatabases(running());
    await mustPulumi(up);
  });
});

describe("the retention of the operator's own backups", () => {
  inFull.it("deletes likewise, once the next base backup is taken", async () => {
    const old = inDemo("kept-in-tree");
    const method = "barmanObjectStore";
    setDatabases([...running(), passing(old.name, { backup: { ...settings.backup, method } })]);
    await mustPulumi(up);
    const [first] = await completedBackups(old);
    const oldest = first?.status?.backupId ?? "";
    const middle = await backUp(old, "in-tree-second", { method });
    const [firstWal = ""] = await objects("wals/", old);
    await backdate(oldest, 5, old);
    await backdate(middle, 3, old);
    await backUp(old, "in-tree-third", { method });
    await until({ what: `base backup ${oldest} to go`, timeoutMs: 120_000, intervalMs: 2_000 }, async () => {
      const left = await objects(`base/${oldest}/`, old);
      return left.length === 0 || left.join(", ");
    });
    assert.ok((await objects(`base/${middle}/`, old)).length > 0, "the recovery window begins with it");
    assert.ok(!(await objects("wals/", old)).includes(firstWal), `${firstWal} is still there`);
    setDatabases(running());
    await mustPulumi(up);
  });
});

inFull.describe("a moment before the first base backup", () => {
  it("is refused in preview, with the first one that there is", async () => {
    const recovery = { from: "kept", targetTime: "2026-01-01T00:00:00Z" };
    setDatabases([...running(), passing("early", { recovery })]);
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /2026-01-01T00:00:00Z is too early: the oldest backup, \S+ ended at 20/);
  });
});

describe("an archive that has lost something", () => {
  it("is told in preview: a WAL segment that is missing, and how far a recovery gets", async () => {
    for (let i = 0; i < 3; i++) {
      await sql(kept, `insert into sales.orders values (${-1 - i}, 'more');`);
      await archiveNow(kept);
    }
    const wal = (await objects("wals/")).filter((name) => /[0-9A-F]{24}(\.\w+)?$/.test(name));
    const lost = wal.at(-2) ?? "";
    await s3({ ...(await keysOfStack()), steps: [["delete", lost]] });
    setDatabases([...running(), passing("gap", { recovery: { from: "kept" } })]);
    const preview = await mustPulumi(["preview"]);
    const [segment = ""] = /[0-9A-F]{24}/.exec(lost.split("/").at(-1) ?? "") ?? [];
    assert.match(preview, new RegExp(`${segment}.*missing`, "s"));
  });

  inFull.it("ends up with the reason: a base backup that is cut short", async () => {
    const keys = await keysOfStack();
    for (const id of ids.slice(1)) {
      for (const key of await objects(`base/${id}/data`)) {
        const [done] = await s3({ ...keys, steps: [["cut", key, ""]] });
        assert.equal(done, "done");
      }
    }
    setDatabases([...running(), passing("cut", { recovery: { from: "kept" } })]);
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /demo\/cut cannot come up[^]*damaged or cut short\. Choose another backup/);
    await kubectl("-n", "demo", "delete", "cluster", "cut");
  });

  inFull.it("is told by up where it is not: in no bucket of that name", async () => {
    setDatabases([...running(), passing("nowhere", { recovery: { from: "kept", bucket: "not-a-bucket" } })]);
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /s3:\/\/not-a-bucket\/lab\/kept at .*bucket not-a-bucket does not exist/);
  });

  inFull.it("is told where there is nothing: no base backup at all", async () => {
    setDatabases([...running(), passing("none", { recovery: { from: "kept", serverName: "kpet" } })]);
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, new RegExp(`s3://${bucket}/lab/kept/kpet`));
  });
});
