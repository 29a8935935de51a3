import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../../lab/wait.ts";
import {
  archiveNow,
  archiver,
  completedBackups,
  fingerprint,
  inDemo,
  load,
  passing,
  primaryOf,
  setDatabases,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { isFull } from "./support/full.ts";
import { kubectl, lab, mustPulumi } from "./support/lab.ts";
import { pidOf } from "./support/machine.ts";
import { keysOfStack } from "./support/stack.ts";

const pair = inDemo("pair");
/** How long the store is away; the whole test has two minutes of it. */
const outageSeconds = isFull ? 120 : 20;

before(async () => {
  await withoutDatabases();
  setDatabases([passing("pair", { instances: 2 })]);
  await mustPulumi(up);
  await completedBackups(pair);
  await sql(pair, load);
  await sql(
    pair,
    "create table written (id bigserial primary key, at timestamptz default clock_timestamp());",
  );
});
after(withoutDatabases);

/** Writes a row ten times a second, each in a transaction of its own, and a new WAL segment each second. */
async function writing(seconds: number): Promise<number> {
  const rows = await sql(
    pair,
    `do $$ begin
       for i in 1..${seconds * 10} loop
         insert into written default values; commit;
         if i % 10 = 0 then perform pg_switch_wal(); end if;
         perform pg_sleep(0.1);
       end loop;
     end $$;
     select count(*) from written;`,
  );
  return Number(rows);
}

describe("a database while the store is away", () => {
  it("goes on, keeps its WAL, and archives all of it afterwards", async () => {
    process.kill(pidOf("radosgw"), "SIGKILL");
    const rows = await writing(outageSeconds);
    assert.ok(rows >= outageSeconds * 10, "it took every row meanwhile");
    const during = await archiver(pair);
    assert.ok(during.failed > 0, "it noticed");
    assert.equal((await lab(["up", "--no-provision"])).code, 0);
    await archiveNow(pair, 240_000);
    const waiting = await sql(
      pair,
      "select count(*) from pg_ls_archive_statusdir() where name like '%.ready';",
    );
    assert.ok(Number(waiting) <= 1, `${waiting} segments wait`);
  });
});

describe("new keys in the config", () => {
  it("are used for the next WAL, and no archive fails in between", async () => {
    const before = await archiver(pair);
    const old = await keysOfStack();
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:accessKeyId", "ROTATEDKEY0123456789"]);
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:secretAccessKey", "rotated-secret-0123456789"]);
    const [, rows] = await Promise.all([mustPulumi(up), writing(60)]);
    assert.ok(rows > 0);
    assert.notEqual((await keysOfStack()).accessKeyId, old.accessKeyId);
    await archiveNow(pair);
    const after = await archiver(pair);
    assert.equal(after.failed, before.failed);
    assert.ok(after.archived > before.archived);
  });
});

describe("a primary that dies", () => {
  it("is replaced by its replica, and archiving goes on", async () => {
    const primary = await primaryOf(pair);
    await kubectl("-n", "demo", "delete", "pod", primary, "--grace-period=0", "--force");
    await until({ what: "a new primary", timeoutMs: 120_000, intervalMs: 1_000 }, async () => {
      const now = await primaryOf(pair);
      return (now !== primary && (await writing(1)) > 0) || now;
    });
    await archiveNow(pair);
  });

  it("lost nothing that was archived: a recovery has every row", async () => {
    await sql(pair, "insert into sales.orders values (0, 'after the failover');");
    await archiveNow(pair);
    const everything = await fingerprint(pair);
    const rows = await sql(pair, "select count(*), max(id) from written;");
    setDatabases([
      passing("pair", { instances: 2 }),
      passing("pair-restored", { recovery: { from: "pair" } }),
    ]);
    await mustPulumi(up);
    assert.equal(await fingerprint(inDemo("pair-restored")), everything);
    assert.equal(await sql(inDemo("pair-restored"), "select count(*), max(id) from written;"), rows);
  });
});
