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
import { onlyInFull } from "./support/full.ts";
import { kubectl, mustPulumi } from "./support/lab.ts";

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

  it("goes on with the plugin in the same archive when the method is changed", onlyInFull, async () => {
    setDatabases([passing("in-tree"), passing("moved", { recovery: { from: "in-tree" } })]);
    await mustPulumi(up);
    await sql(old, "insert into sales.orders values (0, 'after the change of method');");
    await archiveNow(old);
  });
});

describe("a change that restarts the instance", () => {
  const show = (parameter: string) => sql(old, `show ${parameter};`);
  const changed = (spec: object) => {
    setDatabases([passing("in-tree", { spec })]);
  };
  const postgresql = { parameters: { max_connections: "77", archive_timeout: "5min" } };

  it("is in force when up is done: a parameter of PostgreSQL", onlyInFull, async () => {
    overHttps(true);
    changed({ postgresql });
    await mustPulumi(up);
    assert.equal(await show("max_connections"), "77");
  });

  it("is in force when up is done: the resources", onlyInFull, async () => {
    changed({ postgresql, resources: { requests: { cpu: "110m", memory: "512Mi" } } });
    await mustPulumi(up);
    const cpu = "jsonpath={.spec.containers[?(@.name=='postgres')].resources.requests.cpu}";
    assert.equal(await kubectl("-n", "demo", "get", "pod", "in-tree-1", "-o", cpu), "110m");
    assert.equal(await show("max_connections"), "77");
  });

  it("is in force when up is done: one more instance", onlyInFull, async () => {
    setDatabases([passing("in-tree", { instances: 2, spec: { postgresql } })]);
    await mustPulumi(up);
    assert.equal(await sql(old, "select count(*) from pg_stat_replication where state = 'streaming';"), "1");
  });
});

describe("every way of backup over either protocol", () => {
  const methods = ["plugin", "barmanObjectStore"];
  const protocols = [
    ["http", false],
    ["https", true],
  ] as const;
  for (const [protocol, isHttps] of protocols) {
    it(`brings every row back over ${protocol}: plugin and in-tree`, onlyInFull, async () => {
      overHttps(isHttps);
      const sources = methods.map((method) => ({ method, name: `${protocol}-${method}`.toLowerCase() }));
      const backedUp = sources.map(({ method, name }) => passing(name, { backup: { method } }));
      setDatabases(backedUp);
      await mustPulumi(up);
      const rows = new Map<string, string>();
      for (const { name } of sources) {
        await completedBackups(inDemo(name));
        await sql(inDemo(name), load);
        await archiveNow(inDemo(name));
        rows.set(name, await fingerprint(inDemo(name)));
      }
      const recovered = sources.map(({ method, name }) =>
        passing(`${name}-again`, { backup: { method }, recovery: { from: name } }),
      );
      setDatabases([...backedUp, ...recovered]);
      await mustPulumi(up);
      for (const [name, everything] of rows) {
        assert.equal(await fingerprint(inDemo(`${name}-again`)), everything, name);
      }
    });
  }
});
