import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import {
  type Database,
  archiveNow,
  backUp,
  backupsOf,
  completedBackups,
  entry,
  fingerprint,
  inDemo,
  load,
  loseCluster,
  moment,
  overHttps,
  passing,
  setDatabases,
  setDatabasesByCommand,
  setPlain,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { assertNoStackTrace } from "./support/stack-trace.ts";
import { changes } from "./support/stack.ts";
import { kubectl, must, mustPulumi, pulumi } from "./support/lab.ts";
import { inFull, inFullAs } from "./support/full.ts";

const orders = inDemo("orders");
/** Backed up by the operator itself. */
const old = inDemo("in-tree");
const inTree = passing("in-tree", { backup: { method: "barmanObjectStore" } });

// All of it over https with a certificate of a private CA; the other files' databases have http.
before(async () => {
  await withoutDatabases();
  overHttps(true);
});
after(async () => {
  await withoutDatabases();
  overHttps(false);
  await mustPulumi(up);
});

describe("a database that cannot be as it is declared", () => {
  const refused: Record<string, [Record<string, unknown>[], RegExp[]]> = {
    "in a namespace that is not in the list, on a schedule of five fields": [
      [entry("orders", { namespace: "nowhere", backup: { schedule: "0 2 * * *" } })],
      [
        /databases\[0\]\.namespace is "nowhere", but cnpg-rgw:namespaces has "demo"/,
        /schedule must have six fields.*write "0 0 2 \* \* \*"/,
      ],
    ],
    "with a field that the API server would drop, and another one that has no backup to come from": [
      [
        entry("orders", { spec: { backup: { wal: { compression: "gzip" } } } }),
        entry("again", { recovery: { from: "lost" } }),
      ],
      [/spec\.backup\.wal.*barmanObjectStore\.wal/s, /recovery: .*s3:\/\/cnpg-backups\/lab\/lost\/lost/],
    ],
  };
  for (const [what, [declared, messages]] of Object.entries(refused)) {
    it(`is refused in preview: ${what}`, async () => {
      setDatabases(declared);
      const outcome = await pulumi(["preview"]);
      assert.notEqual(outcome.code, 0);
      for (const message of messages) assert.match(outcome.all, message);
      assertNoStackTrace(outcome.all);
    });
  }
});

describe("a database whose name somebody else has taken", () => {
  const spec = { instances: 1, imageName: "localhost/postgresql:17", storage: { size: "1Gi" } };
  const configuration = { destinationPath: "s3://elsewhere/" };
  const metadata = { name: "taken", namespace: "demo" };
  const theirs = [
    { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", metadata, spec },
    { apiVersion: "barmancloud.cnpg.io/v1", kind: "ObjectStore", metadata, spec: { configuration } },
  ];

  inFull.it("is refused in preview and in up, which leave theirs as it is", async () => {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: theirs });
    await must("workstation", ["kubectl", "apply", "-f", "-"], { input });
    setDatabases([entry("taken")]);
    for (const command of [["preview"], up]) {
      const outcome = await pulumi(command);
      assert.notEqual(outcome.code, 0);
      assert.match(
        outcome.all,
        /ObjectStore demo\/taken is there already, and this component did not make it/,
      );
    }
    const label = "jsonpath={.metadata.labels}{.spec.configuration.destinationPath}";
    assert.equal(await kubectl("-n", "demo", "get", "cluster", "taken", "-o", label), "");
    assert.equal(await kubectl("-n", "demo", "get", "objectstore", "taken", "-o", label), "s3://elsewhere/");
    await kubectl("-n", "demo", "delete", "objectstore", "taken");
    const outcome = await pulumi(["preview"]);
    assert.match(outcome.all, /Cluster demo\/taken is there already, and this component did not make it/);
    await kubectl("-n", "demo", "delete", "cluster", "taken", "--wait=true", "--timeout=60s");
  });
});

let loaded = "";
let mark = "";

describe("databases with the Barman Cloud plugin and with the operator's own backups", () => {
  it("answer when up is done, and are backed up at once; up warns of what ends with CloudNativePG 1.31", async () => {
    assert.equal(await kubectl("-n", "demo", "get", "clusters", "-o", "name"), "", "nothing was made before");
    await setDatabasesByCommand([entry("orders"), inTree]);
    assert.match(await mustPulumi(up), /CloudNativePG 1\.31 removes backup\.method "barmanObjectStore"/);
    assert.match(await sql(orders, "select version();"), /^PostgreSQL 17/);
    const made = [...(await backupsOf(orders)), ...(await backupsOf(old))];
    assert.deepEqual(
      made.map(({ spec, status }) => [spec.method, status?.phase]),
      [
        ["plugin", "completed"],
        ["barmanObjectStore", "completed"],
      ],
    );
  });

  it("show no change the second time, although the operator writes into their objects", async () => {
    await mustPulumi([...up, "--expect-no-changes"]);
    await mustPulumi(["preview", "--refresh", "--expect-no-changes"]);
  });

  it("are backed up with their rows, and archive what is written after that", async () => {
    await Promise.all([sql(orders, load), sql(old, load)]);
    await Promise.all([
      backUp(orders, "orders-loaded"),
      backUp(old, "in-tree-loaded", { method: "barmanObjectStore" }),
    ]);
    for (const each of [orders, old]) {
      await sql(each, "insert into sales.orders values (-1, 'after the base backup');");
      await archiveNow(each);
    }
    loaded = await fingerprint(orders);
    assert.equal(await fingerprint(old), loaded);
    mark = await moment(orders);
    await sql(orders, "insert into sales.orders values (0, 'after the mark');");
    await archiveNow(orders);
  });

  it("are not deleted with their entry, renamed, moved or shrunk", async () => {
    setPlain("namespaces", [{ name: "demo", create: true }, "default"]);
    const left = /demo\/orders of this stack is no longer in cnpg-rgw:databases, /;
    const refusals: [Record<string, unknown>[], RegExp][] = [
      [[inTree], new RegExp(`${left.source}but it is protected from deletion`)],
      [[entry("sales"), inTree], new RegExp(`${left.source}and demo/sales is new there`)],
      [
        [entry("orders", { namespace: "default" }), inTree],
        new RegExp(`${left.source}and default/orders is new there`),
      ],
      [[entry("orders", { storage: { size: "500Mi" } }), inTree], /cannot shrink to 500Mi/],
      // The lab's StorageClass is as those of plain folders are.
      [[entry("orders", { storage: { size: "2Gi" } }), inTree], /volumes cannot grow, because StorageClass/],
    ];
    for (const [declared, message] of refusals) {
      setDatabases(declared);
      const outcome = await pulumi(up);
      assert.notEqual(outcome.code, 0);
      assert.match(outcome.all, message);
    }
    setPlain("namespaces", [{ name: "demo", create: true }]);
    setDatabases([entry("orders"), inTree]);
    await mustPulumi(["config", "set", "--path", "cnpg-rgw:operator.enabled", "false"]);
    const outcome = await pulumi(["preview"]);
    await mustPulumi(["config", "rm", "--path", "cnpg-rgw:operator.enabled"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /cnpg-operator-release" cannot be deleted\s+because it is protected/);
    assert.match(await sql(orders, "select count(*) from sales.orders;"), /^50002$/);
  });
});

describe("a database that is lost with its volumes", () => {
  let recovery: Record<string, string> = { from: "orders" };
  const recovered = (more: Record<string, unknown> = {}) => entry("orders", { recovery, ...more });
  const lineageOf = async ({ namespace, name }: Database): Promise<string> => {
    const path = "jsonpath={.spec.plugins[0].parameters.serverName}";
    return kubectl("-n", namespace, "get", "cluster", name, "-o", path);
  };
  const retained = { deletion: { protect: false, retainVolumes: true } };
  const moved = passing("moved", { recovery: { from: "in-tree" } });
  const then = () => entry("then", { recovery: { from: "orders", targetTime: mark }, ...retained });

  it("comes back under its own name with every row, in a place of its own in the bucket", async () => {
    const everything = await fingerprint(orders);
    await loseCluster(orders);
    setDatabases([recovered(), inTree, then(), moved]);
    const outcome = await mustPulumi([...up, "--refresh"]);
    assert.equal(await fingerprint(orders), everything);
    // Each in a place of its own in the bucket, which has a base backup by now.
    assert.doesNotMatch(outcome, /answers, but/);
    assert.equal(await lineageOf(orders), "orders-2");
    const outputs = await mustPulumi(["stack", "output", "databases"]);
    assert.match(outputs, /recovery\.from=orders' --plaintext '[^']*recovery\.serverName=orders-2'/);
  });

  it("comes back beside itself as it was at a moment", async () => {
    assert.equal(await fingerprint(inDemo("then")), loaded);
    assert.equal(await sql(inDemo("then"), "select count(*) from sales.orders where id = 0;"), "0");
  });

  it("comes back with the plugin from the operator's own backups", async () => {
    assert.equal(await fingerprint(inDemo("moved")), loaded);
    const [first] = await completedBackups(inDemo("moved"));
    assert.equal(first?.spec.method, "plugin");
  });

  inFull.it("comes back beside itself by the very command that its output gives", async () => {
    const outputs = z.record(z.string(), z.object({ recover: z.string() }));
    const given = JSON.parse(await mustPulumi(["stack", "output", "databases", "--json"])) as unknown;
    const { recover = "false" } = outputs.parse(given)["in-tree"] ?? {};
    await must("workstation", ["sh", "-ec", `${recover} --yes --skip-preview`], { timeoutMs: 600_000 });
    const restored = inDemo("in-tree-restored");
    assert.equal(await fingerprint(restored), loaded);
    const others = [recovered(), inTree, then(), moved];
    setDatabases([...others, passing(restored.name, { recovery: { from: "in-tree" } })]);
    await mustPulumi(up);
    setDatabases(others);
    await mustPulumi(up);
  });

  inFull.it("comes back once more from what it has become, and not from what it was", async () => {
    await sql(orders, "insert into sales.orders values (-3, 'after it came back');");
    await archiveNow(orders);
    const everything = await fingerprint(orders);
    await loseCluster(orders);
    const others = [inTree, then(), moved];
    setDatabases([recovered(), ...others]);
    const unclear = await pulumi([...up, "--refresh"]);
    assert.notEqual(unclear.code, 0);
    assert.match(unclear.all, /recovery: .*"orders-2".*"orders".*Set recovery\.serverName/s);
    recovery = { from: "orders", serverName: "orders-2" };
    setDatabases([recovered(), ...others]);
    await mustPulumi([...up, "--refresh"]);
    assert.equal(await fingerprint(orders), everything);
    assert.equal(await lineageOf(orders), "orders-3");
  });

  it("goes when its protection is lifted, and its backups stay", async () => {
    setDatabases([recovered({ deletion: { protect: false } })]);
    await mustPulumi(up);
    setDatabases([]);
    const removed = await mustPulumi(up);
    assert.ok(
      changes(removed).some((line) => line.startsWith("- ")),
      changes(removed).join(),
    );
    assert.equal(await kubectl("-n", "demo", "get", "clusters", "-o", "name"), "");
    setDatabases([entry("orders")]);
    const again = await pulumi(["preview"]);
    assert.match(again.all, /s3:\/\/cnpg-backups\/lab\/orders\/orders holds WAL or backups of another/);
  });

  const ofThen = ["-n", "demo", "-l", "cnpg.io/cluster=then", "-o", "name"];

  it("leaves its volumes with retainVolumes, and PostgreSQL running on them", async () => {
    assert.equal(await kubectl("get", "pvc,pods", ...ofThen), "persistentvolumeclaim/then-1\npod/then-1");
    assert.equal(await fingerprint(inDemo("then")), loaded);
  });

  const together = inFullAs("a database whose volumes are left");

  together.it("goes on with its volumes, in the same archive, when the entry comes back", async () => {
    await sql(inDemo("then"), "insert into sales.orders values (-2, 'while nobody looked after it');");
    setDatabases([then()]);
    assert.match(await mustPulumi(up), /demo\/then starts from the volumes .*then-1/);
    assert.equal(await sql(inDemo("then"), "select count(*) from sales.orders where id = -2;"), "1");
    await archiveNow(inDemo("then"));
  });

  together.it("is not recovered where its volumes are in the way", async () => {
    setDatabases([]);
    await mustPulumi(up);
    setDatabases([entry("then", { recovery: { from: "orders" }, backup: { serverName: "later" } })]);
    const outcome = await pulumi(["preview"]);
    assert.match(outcome.all, /demo\/then cannot be recovered while the volumes .*then-1/);
  });

  after(async () => {
    await kubectl("-n", "demo", "delete", "pods,services,secrets,pvc", "-l", "cnpg.io/cluster=then");
  });
});
