import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { clusterNameRule } from "../../../components/postgres/rules/rules.ts";
import { databaseArgs, recoveryCommand } from "../../../config/database-args.ts";
import { anyS3, parsed, refusal } from "./fixtures.ts";

const orders = { name: "orders", namespace: "shop", storage: { size: "20Gi" } };
const withOrders = (more: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) => ({
  ...anyS3,
  namespaces: ["shop"],
  databases: [{ ...orders, ...more }],
  ...rest,
});

const store = { connection: { ...anyS3 }, bucket: "cnpg-backups", path: "/lab" };

describe("databases in the config", () => {
  const refused: Record<string, [Record<string, unknown>, RegExp]> = {
    "a namespace that is not in the list": [
      withOrders({ namespace: "shpo" }),
      /databases\[0\]\.namespace is "shpo", but cnpg-rgw:namespaces has "shop"/,
    ],
    "the same name twice": [
      { ...withOrders(), databases: [orders, orders] },
      /databases\[1\]\.name is "orders", and so is cnpg-rgw:databases\[0\]\.name/,
    ],
    "the name of the ObjectStore that another one is recovered from": [
      {
        ...withOrders(),
        databases: [
          { ...orders, recovery: { from: "lost" } },
          { ...orders, name: "orders-origin" },
        ],
      },
      /databases\[0\]\.name is "orders", whose recovery needs an ObjectStore "orders-origin"\. .*databases\[1\]\.name is "orders-origin"[^]*set --path 'cnpg-rgw:databases\[1\]\.name' orders-origin-2$/,
    ],
    "no size": [
      { ...withOrders(), databases: [{ name: "orders", namespace: "shop" }] },
      /databases\[0\]\.storage/,
    ],
    "a size without a unit": [withOrders({ storage: { size: "20" } }), /with its unit/],
    "five fields in a schedule": [withOrders({ backup: { schedule: "0 2 * * *" } }), /"0 0 2 \* \* \*"/],
    "lz4 in-tree": [
      withOrders({ backup: { method: "barmanObjectStore", dataCompression: "lz4" } }),
      /databases\[0\]\.backup\.dataCompression must be one of/,
    ],
    "a retention that the CRD refuses": [withOrders({ backup: { retention: "14 days" } }), /14d, 4w or 3m/],
    "a moment in the future": [
      withOrders({ recovery: { from: "orders", targetTime: "2999-01-01T00:00:00Z" } }),
      /in the future/,
    ],
    "a place and a part of one": [
      withOrders({ recovery: { archive: "s3://b/orders", from: "orders", bucket: "b" } }),
      /recovery\.archive names the whole place, and recovery\.from, recovery\.bucket a part of it/,
    ],
    "nothing to recover from": [
      withOrders({ recovery: { backupId: "20261122T020000" } }),
      /recovery\.from is missing: .*unless recovery\.archive is a place\n.*recovery\.from' orders/,
    ],
    "a place without a server name": [
      withOrders({ recovery: { archive: "s3://b" } }),
      /recovery\.archive must be a place like s3:\/\/BUCKET\/SERVERNAME, not "s3:\/\/b"/,
    ],
    "a typo in a key": [withOrders({ instnaces: 2 }), /did you mean.*databases\[0\]\.instances/i],
    "a typo in a key of the backup": [
      withOrders({ backup: { shedule: "@daily" } }),
      /databases\[0\]\.backup\.schedule/,
    ],
  };
  for (const [what, [config, message]] of Object.entries(refused)) {
    it(`are refused with ${what}`, () => {
      assert.match(refusal(config), message);
    });
  }

  it("may have a moment without quotes in the YAML, which the engine reads as a time", () => {
    const read = (targetTime: string) =>
      parsed(withOrders({ recovery: { from: "orders", targetTime } })).databases[0]?.recovery?.targetTime;
    assert.equal(read("2026-11-20 10:00:00.25 +0000 UTC"), "2026-11-20T10:00:00.25+00:00");
    assert.equal(read("2026-11-20 10:00:00 +0100 +0100"), "2026-11-20T10:00:00+01:00");
    assert.equal(read("2026-11-20T10:00:00Z"), "2026-11-20T10:00:00Z");
  });

  it("may have the name of an ObjectStore that is not made, or is in another namespace", () => {
    const origin = { ...orders, name: "orders-origin" };
    const recovered = { ...orders, recovery: { from: "lost" } };
    const backup = { method: "barmanObjectStore" };
    for (const databases of [
      [orders, origin],
      [recovered, { ...origin, backup }],
      [{ ...recovered, backup }, origin],
      [recovered, { ...origin, namespace: "elsewhere" }],
    ]) {
      const config = { ...withOrders(), namespaces: ["shop", "elsewhere"], databases };
      assert.equal(parsed(config).databases.length, 2);
    }
  });

  it("may go without the plugin in-tree", () => {
    const config = withOrders(
      { backup: { method: "barmanObjectStore" } },
      { barmanPlugin: { enabled: false } },
    );
    assert.equal(parsed(config).databases.length, 1);
  });

  it("recover from the stack's store, or from another prefix of it", () => {
    const recoveryOf = (recovery: Record<string, unknown>) => {
      const { databases } = parsed(withOrders({ recovery }));
      const [entry] = databases;
      assert.ok(entry);
      return databaseArgs(entry, store, databases).recovery?.store;
    };
    assert.deepEqual(recoveryOf({ from: "orders" }), store);
    assert.deepEqual(
      recoveryOf({ archive: "s3://old/orders" }),
      store,
      "the component takes the place from it",
    );
    assert.deepEqual(recoveryOf({ from: "orders", path: "/old-cluster" }), {
      ...store,
      path: "/old-cluster",
    });
  });

  it("have the database of the entry that they are recovered from, unless they say otherwise", () => {
    const [orders] = parsed(withOrders({ database: { name: "sales", owner: "clerk" } })).databases;
    assert.ok(orders);
    const { database, ...without } = orders;
    const again = { ...without, name: "again", recovery: { from: "orders" } };
    const oneMore = { ...without, name: "one-more", recovery: { from: "again" } };
    const all = [orders, again, oneMore];
    for (const entry of all) assert.deepEqual(databaseArgs(entry, store, all).database, database);
    for (const entry of [
      { ...again, database: { name: "other" } },
      { ...again, recovery: { from: "orders", path: "/elsewhere" } },
      { ...again, recovery: { archive: "s3://cnpg-backups/lab/orders/orders" } },
      { ...again, recovery: { from: "again" } },
      { ...again, recovery: { from: "of-another-stack" } },
    ]) {
      const own = "database" in entry ? entry.database : undefined;
      assert.deepEqual(databaseArgs(entry, store, [orders, entry]).database, own);
    }
  });

  it("come with the command that brings them back", () => {
    const { databases } = parsed(withOrders());
    const [entry] = databases;
    assert.ok(entry);
    assert.equal(
      recoveryCommand(entry, "orders", databases),
      "pulumi config set-all --path --plaintext 'cnpg-rgw:databases[1].name=orders-restored' " +
        "--plaintext 'cnpg-rgw:databases[1].namespace=shop' " +
        "--plaintext 'cnpg-rgw:databases[1].storage.size=20Gi' " +
        "--plaintext 'cnpg-rgw:databases[1].recovery.from=orders' && pulumi up",
    );
  });

  it("come back with the settings and tablespaces without which their WAL may not be replayed", () => {
    const spec = {
      postgresql: { parameters: { max_connections: 300, work_mem: "64MB" } },
      tablespaces: [{ name: "hot", storage: { size: "1Gi" } }],
    };
    const { databases } = parsed(withOrders({ spec }));
    const [entry] = databases;
    assert.ok(entry);
    const command = recoveryCommand(entry, "orders", databases);
    for (const part of [
      "databases[1].spec.postgresql.parameters.max_connections=300'",
      "databases[1].spec.tablespaces[0].name=hot'",
      "databases[1].spec.tablespaces[0].storage.size=1Gi'",
    ]) {
      assert.ok(command.includes(part), `${part} in ${command}`);
    }
    assert.ok(!command.includes("work_mem"));
    // What the command sets is a number in the stack's config, and Kubernetes wants a text.
    const { spec: made } = databaseArgs(entry, store, databases);
    assert.deepEqual(made, {
      ...spec,
      postgresql: { parameters: { max_connections: "300", work_mem: "64MB" } },
    });
  });

  it("come back under a name that may be so long", () => {
    const { databases } = parsed(withOrders({ name: `${"a".repeat(36)}-${"b".repeat(9)}` }));
    const [entry] = databases;
    assert.ok(entry);
    const [, name = ""] = /\.name=([^']*)'/.exec(recoveryCommand(entry, entry.name, databases)) ?? [];
    assert.equal(name, `${"a".repeat(36)}-restored`);
    assert.equal(clusterNameRule(name), undefined);
  });

  it("come back from the lineage that they write, with their own database, under a name that is free", () => {
    const { databases } = parsed(withOrders({ database: { name: "sales", owner: "clerk" }, instances: 1 }));
    const [entry] = databases;
    assert.ok(entry);
    const command = recoveryCommand(entry, "orders-2", [entry, { ...entry, name: "orders-restored" }]);
    for (const part of [
      "databases[2].name=orders-restored-2'",
      "databases[2].instances=1'",
      "databases[2].database.name=sales'",
      "databases[2].database.owner=clerk'",
      "databases[2].recovery.from=orders'",
      "databases[2].recovery.serverName=orders-2'",
    ]) {
      assert.ok(command.includes(part), `${part} in ${command}`);
    }
  });
});
