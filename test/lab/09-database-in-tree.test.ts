import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  archiveNow,
  completedBackups,
  fingerprint,
  inDemo,
  load,
  overHttps,
  passing,
  setDatabases,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { mustPulumi } from "./support/lab.ts";

const old = inDemo("in-tree");
const inTree = passing("in-tree", { backup: { method: "barmanObjectStore" } });
let everything = "";

before(async () => {
  await withoutDatabases();
  overHttps(true);
});
after(async () => {
  overHttps(false);
  await withoutDatabases();
});

describe("over https with a private CA, a database with the operator's own backups", () => {
  it("comes up with a warning that these end with CloudNativePG 1.31", async () => {
    setDatabases([inTree]);
    assert.match(await mustPulumi(up), /barmanObjectStore.*ends with CloudNativePG 1\.31/);
    const [first] = await completedBackups(old);
    assert.equal(first?.spec.method, "barmanObjectStore");
  });

  it("archives what is written after the backup", async () => {
    await sql(old, load);
    await archiveNow(old);
    everything = await fingerprint(old);
  });

  it("comes back as a database with the plugin, from the same bucket", async () => {
    setDatabases([inTree, passing("moved", { recovery: { from: "in-tree" } })]);
    await mustPulumi(up);
    assert.equal(await fingerprint(inDemo("moved")), everything);
    const [first] = await completedBackups(inDemo("moved"));
    assert.equal(first?.spec.method, "plugin");
  });

  it("goes on with the plugin in the same archive when the method is changed", async () => {
    setDatabases([passing("in-tree"), passing("moved", { recovery: { from: "in-tree" } })]);
    await mustPulumi(up);
    await sql(old, "insert into sales.orders values (0, 'after the change of method');");
    await archiveNow(old);
  });
});
