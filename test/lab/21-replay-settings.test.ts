import assert from "node:assert/strict";
import { after, before, it } from "mocha";
import {
  archiveNow,
  backupsOf,
  completedBackups,
  inDemo,
  passing,
  setDatabases,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { mustPulumi, pulumi } from "./support/lab.ts";
import { inFull } from "./support/full.ts";

const source = inDemo("grown");
const raised = { postgresql: { parameters: { max_connections: "300" } } };
const withTablespace = { ...raised, tablespaces: [{ name: "hot", storage: { size: "100Mi" } }] };
const grown = (spec: Record<string, unknown> = {}) => passing("grown", { spec });
let first = "";

inFull.describe("a setting without which WAL cannot be replayed", () => {
  before(async () => {
    await withoutDatabases();
    setDatabases([grown()]);
    await mustPulumi(up);
    [first = ""] = (await completedBackups(source)).map(({ status }) => status?.backupId ?? "");
    await sql(source, "create table rows (id int); insert into rows select generate_series(1, 1000);");
  });
  after(withoutDatabases);

  it("takes a base backup when it is raised, and none when nothing changes", async () => {
    setDatabases([grown(raised)]);
    await mustPulumi(up);
    assert.equal(await sql(source, "show max_connections;"), "300");
    await completedBackups(source, 2);
    await mustPulumi(["preview", "--expect-no-changes"]);
    assert.equal((await backupsOf(source)).length, 2);
  });

  it("ends a recovery from a backup of before at once, with its name", async () => {
    await archiveNow(source);
    const recovery = { from: "grown", backupId: first };
    setDatabases([grown(raised), passing("grown-low", { recovery })]);
    const began = Date.now();
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0, outcome.all);
    assert.match(
      outcome.all,
      /demo\/grown-low cannot come up: PostgreSQL has paused the recovery for good: max_connections is 100 here and was 300/,
    );
    assert.match(outcome.all, /spec\.postgresql\.parameters\.max_connections to "300" or more/);
    assert.ok(Date.now() - began < 300_000, "it did not wait for the default half hour");
    setDatabases([grown(raised)]);
    await mustPulumi(["up", "--refresh", ...up.slice(1)]);
  });

  it("is no obstacle where the new database has it", async () => {
    setDatabases([
      grown(raised),
      passing("grown-high", { recovery: { from: "grown", backupId: first }, spec: raised }),
    ]);
    assert.match(await mustPulumi(up), /demo\/grown-high is recovered with all/);
    assert.equal(await sql(inDemo("grown-high"), "select count(*) from rows;"), "1000");
    setDatabases([grown(raised)]);
    await mustPulumi(up);
  });

  it("may be a tablespace, too: recovered from the base backup of after it", async () => {
    setDatabases([grown(withTablespace)]);
    await mustPulumi(up);
    await completedBackups(source, 3);
    await sql(source, "create table hot_rows (id int) tablespace hot; insert into hot_rows values (1), (2);");
    await archiveNow(source);
    setDatabases([
      grown(withTablespace),
      passing("grown-hot", { recovery: { from: "grown" }, spec: withTablespace }),
    ]);
    assert.match(await mustPulumi(up), /demo\/grown-hot is recovered with all/);
    assert.equal(await sql(inDemo("grown-hot"), "select count(*) from hot_rows;"), "2");
  });

  it("is named where the base backup is of before the tablespace", async () => {
    setDatabases([grown(withTablespace)]);
    await mustPulumi(up);
    setDatabases([
      grown(withTablespace),
      passing("grown-cold", { recovery: { from: "grown", backupId: first }, spec: withTablespace }),
    ]);
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /A tablespace was added after this base backup/);
  });
});
