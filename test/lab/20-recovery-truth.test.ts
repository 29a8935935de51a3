import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../lab/wait.ts";
import {
  type Database,
  archiveNow,
  completedBackups,
  inDemo,
  moment,
  passing,
  setDatabases,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { kubectl, must, mustPulumi, on, pulumi, startPulumi } from "./support/lab.ts";
import { pidOf } from "./support/machine.ts";
import { keysOfStack, s3 } from "./support/stack.ts";
import { inFull, inFullAs } from "./support/full.ts";

/** Rows in each WAL segment of the source, archived one after the other. */
const rowsEach = 1000;
const told = inDemo("told");
const source = passing("told");
/** Copies of the source's archive to damage, each as `/lab/NAME/told/told`. */
const copyOf = (name: string): string => `lab/${name}/told/told`;
/** A recovery from one of them. */
const recovered = (name: string, recovery: Record<string, unknown> = {}) =>
  passing(`told-${name}`, {
    recovery: { from: "told", path: `/lab/${name}`, ...recovery },
    timeoutSeconds: 400,
  });

const segments: string[] = [];
/** Between the second segment's rows and the third's. */
let middle = "";

before(async () => {
  await withoutDatabases();
  setDatabases([source]);
  await mustPulumi(up);
  await completedBackups(told);
  await sql(told, "create table rows (id int, segment int);");
  await archiveNow(told);
  for (let n = 1; n <= 4; n++) {
    await sql(told, `insert into rows select g, ${n} from generate_series(1, ${rowsEach}) g;`);
    segments.push(await sql(told, "select pg_walfile_name(pg_current_wal_insert_lsn());"));
    if (n === 2) middle = await moment(told);
    await archiveNow(told);
  }
});
/** What was recovered goes, so that the next one is no other name of it. */
async function withoutRecovered(): Promise<void> {
  setDatabases([source]);
  await mustPulumi(["up", "--refresh", ...up.slice(1)]);
}
after(async () => {
  await withoutDatabases();
});

async function step(...steps: Parameters<typeof s3>[0]["steps"]): Promise<unknown[]> {
  return s3({ ...(await keysOfStack()), steps });
}

/** The object of the nth of the four segments in a copy of the archive. */
async function objectOf(name: string, n: number): Promise<string> {
  const segment = segments[n - 1] ?? "";
  const [found] = await step(["list", `${copyOf(name)}/wals/${segment.slice(0, 16)}/${segment}`]);
  assert.ok(Array.isArray(found) && found.length === 1, JSON.stringify(found));
  return String(found[0]);
}

async function copy(name: string): Promise<void> {
  await step(["copy", "lab/told/told/", `${copyOf(name)}/`]);
}

async function rowsOf(database: Database): Promise<number> {
  return Number(await sql(database, "select count(*) from rows;"));
}

const markOf = ({ name }: Database): Promise<string> =>
  kubectl("-n", "demo", "get", "cluster", name, "-o", "jsonpath={.metadata.annotations.cnpg-rgw/recovery}");

/** Recovers from damaged archives, all at once. Each of them is to end in an error of its own. */
async function recoverAll(names: string[]): Promise<string> {
  setDatabases([source, ...names.map((name) => recovered(name))]);
  const outcome = await pulumi(up);
  assert.notEqual(outcome.code, 0, outcome.all);
  return outcome.all;
}

/** What the error says of one of the databases. */
function saidOf(name: string, printed: string): string {
  const from = printed.lastIndexOf(`Database demo/told-${name} has come up without all of its data`);
  assert.ok(from >= 0, printed);
  return printed.slice(from, printed.indexOf("keeps running with what it has", from));
}

describe("a recovery whose archive is damaged", () => {
  after(withoutRecovered);

  it("says which segment, from when on data are missing, and what to do", async () => {
    await copy("noise");
    await step(["noise", await objectOf("noise", 3)]);
    const said = saidOf("noise", await recoverAll(["noise"]));
    assert.match(
      said,
      new RegExp(`s3://cnpg-backups/lab/noise/told/told: ${segments[2] ?? ""} cannot be unpacked`),
    );
    assert.match(said, /The last transaction that is in the database ended at 20\d\d-/);
    assert.match(said, new RegExp(`recovery\\.acceptLoss to "${segments[2] ?? ""}"`));
    assert.equal(await rowsOf(inDemo("told-noise")), 2 * rowsEach);
    assert.equal(await markOf(inDemo("told-noise")), `short ${segments[2] ?? ""}`);
  });

  it("goes on saying so, in preview too, until the loss is accepted by its name", async () => {
    for (const command of [["preview"], up]) {
      const outcome = await pulumi(command);
      assert.notEqual(outcome.code, 0);
      assert.match(outcome.all, /Database demo\/told-noise: it has come up without all of its data/);
    }
    // Without its recovery the entry is still of the same database.
    setDatabases([source, passing("told-noise", { backup: { serverName: "told-noise" } })]);
    assert.notEqual((await pulumi(["preview"])).code, 0);
    setDatabases([source, recovered("noise", { acceptLoss: segments[2] ?? "" })]);
    assert.match(await mustPulumi(up), /demo\/told-noise is without what came after 20\d\d-.*accepts/);
    assert.equal(await markOf(inDemo("told-noise")), `accepted ${segments[2] ?? ""}`);
    setDatabases([source, recovered("noise")]);
    assert.match(await mustPulumi(up), /unchanged/);
  });

  inFull.it(
    "ends with PostgreSQL's own refusal where a segment is cut, which preview tells before",
    async () => {
      await withoutRecovered();
      await copy("cut");
      await step(["cut", await objectOf("cut", 3)]);
      setDatabases([source, recovered("cut")]);
      assert.match(await mustPulumi(["preview"]), new RegExp(segments[2] ?? ""));
      const outcome = await pulumi(up);
      assert.notEqual(outcome.code, 0);
      assert.match(
        outcome.all,
        /demo\/told-cut cannot come up[^]*has wrong size[^]*cut short in the archive/,
      );
    },
  );

  inFull.it("is told in each way of damage, in the middle and at the end", async () => {
    const ways = {
      gone: ["delete", 3, /is missing in the archive/, 2],
      last: ["noise", 4, /cannot be unpacked/, 3],
    } as const;
    for (const [name, [how, n]] of Object.entries(ways)) {
      await copy(name);
      await step([how, await objectOf(name, n)]);
    }
    await withoutRecovered();
    const printed = await recoverAll(Object.keys(ways));
    for (const [name, [, n, why, kept]] of Object.entries(ways)) {
      const said = saidOf(name, printed);
      assert.match(said, why);
      assert.match(said, new RegExp(segments[n - 1] ?? "none"));
      assert.equal(await rowsOf(inDemo(`told-${name}`)), kept * rowsEach);
    }
  });
});

describe("a recovery that is whole", () => {
  // The second one goes on from the databases of the first.
  const together = inFullAs("a recovery that is whole");
  after(withoutRecovered);

  it("has all that was archived, and no alarm for what was not", async () => {
    await sql(told, "insert into rows select g, 5 from generate_series(1, 10) g;");
    setDatabases([source, passing("told-whole", { recovery: { from: "told" } })]);
    const printed = await mustPulumi(up);
    assert.match(
      printed,
      /demo\/told-whole is recovered with all that s3:\/\/cnpg-backups\/lab\/told\/told held/,
    );
    assert.equal(await rowsOf(inDemo("told-whole")), 4 * rowsEach);
    assert.equal(await markOf(inDemo("told-whole")), "complete");
    assert.match(await mustPulumi(up), /unchanged/);
  });

  together.it("is so from an archive at the root of the bucket, and a wrong place names it", async () => {
    await step(["copy", "lab/told/told/", "told-root/"]);
    const at = (archive: string) => passing("told-root", { recovery: { archive } });
    setDatabases([
      source,
      passing("told-whole", { recovery: { from: "told" } }),
      at("s3://cnpg-backups/told-root/told"),
    ]);
    const wrong = await pulumi(["preview"]);
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.all, /s3:\/\/cnpg-backups\/told-root does/);
    setDatabases([
      source,
      passing("told-whole", { recovery: { from: "told" } }),
      at("s3://cnpg-backups/told-root"),
    ]);
    assert.match(
      await mustPulumi(up),
      /demo\/told-root is recovered with all that s3:\/\/cnpg-backups\/told-root held/,
    );
    assert.equal(await rowsOf(inDemo("told-root")), 4 * rowsEach);
  });

  together.it("is so through a switch of timelines: the recovery of a recovery", async () => {
    const again = inDemo("told-whole");
    await sql(again, "insert into rows select g, 6 from generate_series(1, 500) g;");
    await archiveNow(again);
    setDatabases([
      source,
      passing("told-whole", { recovery: { from: "told" } }),
      passing("told-root", { recovery: { archive: "s3://cnpg-backups/told-root" } }),
      passing("told-twice", { recovery: { from: "told-whole" } }),
    ]);
    assert.match(await mustPulumi(up), /demo\/told-twice is recovered with all that \S+ held/);
    assert.equal(await rowsOf(inDemo("told-twice")), 4 * rowsEach + 500);
  });
});

describe("a recovery to a moment", () => {
  afterEach(withoutRecovered);

  inFull.it("reaches it, or says what was reached", async () => {
    await copy("until");
    await step(["noise", await objectOf("until", 3)]);
    const late = await moment(told);
    setDatabases([
      source,
      passing("told-until", { recovery: { from: "told", targetTime: middle } }),
      passing("told-late", {
        recovery: { from: "told", path: "/lab/until", targetTime: late },
        timeoutSeconds: 400,
      }),
    ]);
    const preview = await pulumi(["preview"]);
    assert.match(preview.all, new RegExp(segments[2] ?? "none"));
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /demo\/told-until is recovered to its target/);
    assert.match(
      outcome.all,
      /demo\/told-late cannot come up[^]*The recovery got to 20\d\d-\S+, for \S+: \w+ cannot be unpacked/,
    );
    assert.equal(await rowsOf(inDemo("told-until")), 2 * rowsEach);
  });

  inFull.it("in a quiet hour says that nothing came after it", async () => {
    await archiveNow(told);
    const quiet = await moment(told);
    // WAL of later, without a transaction.
    await sql(told, "checkpoint;");
    await archiveNow(told);
    setDatabases([
      source,
      passing("told-quiet", { recovery: { from: "told", targetTime: quiet }, timeoutSeconds: 400 }),
    ]);
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(
      outcome.all,
      /nothing in it ended at or after targetTime .*its last transaction ended at 20\d\d-/,
    );
    assert.match(outcome.all, /Leave targetTime out: that gives the same data/);
  });
});

describe("a recovery whose base backup is damaged", () => {
  afterEach(withoutRecovered);

  inFull.it("does not come up, and says so: one byte of it is another one", async () => {
    await copy("flipped");
    const [found] = await step(["list", `${copyOf("flipped")}/base/`]);
    assert.ok(Array.isArray(found));
    const tar = found.map(String).find((name) => name.includes("data.tar")) ?? "";
    await step(["flip", tar]);
    setDatabases([source, recovered("flipped")]);
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(
      outcome.all,
      /demo\/told-flipped cannot come up[^]*damaged or cut short\. Choose another backup/,
    );
  });
});

inFull.describe("a recovery during which the store is away", () => {
  const long = inDemo("told-long");
  const rows = 40;
  let began = 0;

  before(async () => {
    // As many segments as it takes to be there while they are replayed.
    const each = "insert into rows values (1, 7); select pg_switch_wal();";
    began = await rowsOf(told);
    await sql(told, each.repeat(rows));
    await archiveNow(told);
  });
  afterEach(withoutRecovered);

  /** Resolves once WAL is replayed. */
  async function untilReplaying({ name }: Database): Promise<void> {
    await until({ what: "WAL to be replayed", timeoutMs: 200_000, intervalMs: 200 }, async () => {
      const job = ["-n", "demo", "logs", `job/${name}-1-full-recovery`, "-c", "full-recovery", "--tail=20"];
      const log = await on("workstation", ["kubectl", ...job]);
      return log.all.includes("restored log file") || log.all.slice(-200);
    });
  }

  const isShort =
    /demo\/told-\w+ has come up without all of its data[^]*could not be read while the recovery ran/;

  it("is no success when the keys are refused meanwhile, and is told to try again", async () => {
    setDatabases([source, passing("told-long", { recovery: { from: "told" }, timeoutSeconds: 400 })]);
    const running = startPulumi(up);
    await untilReplaying(long);
    await must("pve", ["radosgw-admin", "user", "suspend", "--uid=cnpg-backup"]);
    const outcome = await running.ended.finally(() =>
      must("pve", ["radosgw-admin", "user", "enable", "--uid=cnpg-backup"]),
    );
    assert.notEqual(outcome.code, 0, outcome.all);
    assert.match(outcome.all, /could not be told|has come up without all of its data/);
    const again = await pulumi(up);
    assert.notEqual(again.code, 0, again.all);
    assert.match(again.all, /without all of its data/);
    assert.ok((await rowsOf(long)) < began + rows, "some rows are missing");
    setDatabases([
      source,
      passing("told-second", { recovery: { from: "told" } }),
      passing("told-long", { recovery: { from: "told" } }),
    ]);
    assert.match((await pulumi(up)).all, /demo\/told-second is recovered with all/);
    assert.equal(await rowsOf(inDemo("told-second")), began + rows);
  });

  it("gets over a store that stops for a while, or says that data are missing", async () => {
    // A name of its own: the bucket has the archive of the one before, and no other database starts beside that.
    const stopped = inDemo("told-stopped");
    setDatabases([source, passing("told-stopped", { recovery: { from: "told" }, timeoutSeconds: 400 })]);
    const running = startPulumi(up);
    try {
      await untilReplaying(stopped);
      process.kill(pidOf("radosgw"), "SIGSTOP");
      await sleep(45_000);
    } finally {
      process.kill(pidOf("radosgw"), "SIGCONT");
      await running.ended; // or the stack stays locked for what comes after
    }
    const outcome = await running.ended;
    const found = await rowsOf(stopped);
    if (found === began + rows) assert.equal(outcome.code, 0, outcome.all);
    else assert.match(outcome.all, isShort);
  });
});
