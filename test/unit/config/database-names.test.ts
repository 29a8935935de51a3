import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { ownerOf } from "../../../components/cnpg/owner.ts";
import { requireCluster } from "../../../config/cluster.ts";
import { lostDatabases } from "../../../config/database-names.ts";
import { apiServer, kubeconfigFor } from "../components/cnpg/api-server.ts";

const owner = (name: string, stack?: string) =>
  ownerOf({
    urn: pulumi.createUrn(`database-${name}`, "cnpg-rgw:cnpg:PostgresCluster", undefined, undefined, stack),
  });

interface Sketch {
  namespace?: string;
  isProtected?: boolean;
  stack?: string;
  isBeingDeleted?: boolean;
}

async function running(
  name: string,
  { namespace = "shop", isProtected, stack, isBeingDeleted }: Sketch = {},
) {
  return {
    metadata: {
      name,
      namespace,
      labels: {
        "cnpg-rgw/component": await owner(name, stack),
        ...(isProtected && { "cnpg-rgw/protected": "true" }),
      },
      ...(isBeingDeleted && { deletionTimestamp: "2026-11-22T10:00:00Z" }),
    },
  };
}

const entry = (name: string, namespace = "shop") => ({ name, namespace });
const path = "/apis/postgresql.cnpg.io/v1/clusters";

describe("databases that run and are not in the config any more", () => {
  it("are refused beside a new entry, which may be a new name for them", async (t) => {
    const items = [await running("orders"), await running("stock", { isProtected: true })];
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: { items } } });
    t.after(close);
    const problemsWith = (...databases: ReturnType<typeof entry>[]) =>
      lostDatabases({ databases }, { kubeconfig });
    const [renamed, ...others] = await problemsWith(entry("stock"), entry("sales"));
    assert.deepEqual(others, []);
    assert.match(
      renamed?.message ?? "",
      /^Database shop\/orders of this stack is not in cnpg-rgw:databases any more, and shop\/sales is new there.*recovery\.from "orders"; .*remove it in one `pulumi up`, and add shop\/sales in the next$/,
    );
    assert.equal(renamed?.fix, "pulumi config set --path 'cnpg-rgw:databases[1].name' orders");
    const [moved] = await problemsWith(entry("stock"), entry("orders", "store"));
    assert.equal(moved?.fix, "pulumi config set --path 'cnpg-rgw:databases[1].namespace' shop");
    const several = await problemsWith(entry("a"), entry("b"));
    assert.deepEqual(
      several.map(({ message }) => /^Database (\S+) .* and (\S+, \S+) is new/.exec(message)?.slice(1)),
      [
        ["shop/orders", "shop/a, shop/b"],
        ["shop/stock", "shop/a, shop/b"],
      ],
    );
  });

  it("may go without one, unless they are protected", async (t) => {
    const items = [await running("orders"), await running("stock", { isProtected: true })];
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: { items } } });
    t.after(close);
    assert.deepEqual(await lostDatabases({ databases: [entry("stock")] }, { kubeconfig }), []);
    const [kept, ...others] = await lostDatabases({ databases: [entry("orders")] }, { kubeconfig });
    assert.deepEqual(others, []);
    assert.match(kept?.message ?? "", /^Database shop\/stock .*is protected.*deletion\.protect false/);
    assert.match(
      kept?.message ?? "",
      /kubectl -n shop label clusters\.postgresql\.cnpg\.io stock cnpg-rgw\/component-$/,
    );
    // As the program meets it, with no database left in the config.
    const wishes = {
      namespaces: [],
      operator: { enabled: false, values: {} },
      barmanPlugin: { enabled: true },
      databases: [],
    };
    await assert.rejects(
      requireCluster(wishes, { kubeconfig }),
      (error) => pulumi.RunError.isInstance(error) && String(error).includes("shop/stock"),
    );
  });

  it("are those of this stack that stay, and nobody else's", async (t) => {
    const items = [
      await running("orders", { stack: "another", isProtected: true }),
      await running("gone", { isBeingDeleted: true, isProtected: true }),
      { metadata: { name: "by-hand", namespace: "shop" } },
    ];
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: { items } } });
    t.after(close);
    for (const databases of [[], [entry("sales")], [entry("by-hand")]]) {
      assert.deepEqual(await lostDatabases({ databases }, { kubeconfig }), []);
    }
  });

  it("are left to the provider where the cluster does not tell, or has no CloudNativePG", async (t) => {
    const { kubeconfig, close } = await apiServer({});
    t.after(close);
    assert.deepEqual(await lostDatabases({ databases: [] }, { kubeconfig }), []);
    const away = { kubeconfig: kubeconfigFor("http://127.0.0.1:1") };
    assert.deepEqual(await lostDatabases({ databases: [entry("orders")] }, away), []);
  });
});
