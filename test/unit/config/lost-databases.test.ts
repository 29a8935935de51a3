import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { ownerLabelOf } from "../../../components/kubernetes/owner.ts";
import { requireKubernetes } from "../../../config/required-kubernetes.ts";
import { lostDatabases } from "../../../config/lost-databases.ts";
import { recordResources, recordedResources } from "../mocks.ts";
import { apiServer, kubeconfigFor } from "../components/kubernetes/api-server.ts";
import { afterTest, mockMethod } from "../../support/after-test.ts";

recordedResources();

const owner = (name: string, stack?: string) =>
  ownerLabelOf({
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
  it("are refused beside a new entry, which may be a new name for them", async () => {
    const items = [await running("orders"), await running("stock", { isProtected: true })];
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: { items } } });
    afterTest(close);
    const problemsWith = (...databases: ReturnType<typeof entry>[]) =>
      lostDatabases({ databases }, { kubeconfig });
    const [renamed, ...others] = await problemsWith(entry("stock"), entry("sales"));
    assert.deepEqual(others, []);
    assert.match(
      renamed?.message ?? "",
      /^Database shop\/orders of this stack is no longer in cnpg-rgw:databases, and shop\/sales is new there.*recovery\.from "orders"\. .*remove it in one `pulumi up`, and add shop\/sales in the next$/,
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

  it("may go without one, unless they are protected", async () => {
    const items = [await running("orders"), await running("stock", { isProtected: true })];
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: { items } } });
    afterTest(close);
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
      requireKubernetes(wishes, { kubeconfig }),
      (error) => pulumi.RunError.isInstance(error) && String(error).includes("shop/stock"),
    );
  });

  it("are those of this stack that stay, and nobody else's", async () => {
    const items = [
      await running("orders", { stack: "another", isProtected: true }),
      await running("gone", { isBeingDeleted: true, isProtected: true }),
      { metadata: { name: "by-hand", namespace: "shop" } },
    ];
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: { items } } });
    afterTest(close);
    for (const databases of [[], [entry("sales")], [entry("by-hand")]]) {
      assert.deepEqual(await lostDatabases({ databases }, { kubeconfig }), []);
    }
  });

  it("are none where the cluster has no CloudNativePG", async () => {
    const { kubeconfig, close } = await apiServer({});
    afterTest(close);
    assert.deepEqual(await lostDatabases({ databases: [] }, { kubeconfig }), []);
  });
});

describe("databases that run where the cluster does not say so", () => {
  const forbidden = { status: 403, body: { message: "clusters is forbidden" } };
  const inNamespace = (name: string) => `/apis/postgresql.cnpg.io/v1/namespaces/${name}/clusters`;
  const warnings = async (work: () => Promise<unknown>): Promise<string[]> => {
    const warn = mockMethod(pulumi.log, "warn", () => Promise.resolve());
    await work();
    await new Promise((resolve) => setImmediate(resolve));
    return warn.map(([message]) => message);
  };

  it("are seen in the namespaces of the config where those of all may not be listed", async () => {
    const items = [await running("orders")];
    const server = await apiServer({
      [path]: forbidden,
      [inNamespace("shop")]: { status: 200, body: { items } },
      [inNamespace("store")]: forbidden,
    });
    afterTest(server.close);
    const lost = (...databases: ReturnType<typeof entry>[]) =>
      lostDatabases({ databases, namespaces: [{ name: "shop" }, { name: "store" }] }, server);
    const said = await warnings(async () => {
      const [renamed, ...others] = await lost(entry("sales"));
      assert.match(
        renamed?.message ?? "",
        /^Database shop\/orders of this stack is no longer in .* shop\/sales is new/,
      );
      assert.deepEqual(others, []);
      assert.deepEqual(await lost(entry("orders"), entry("more", "store"), entry("stock")), []);
    });
    assert.equal(said.length, 1, "once");
    assert.match(
      said.join(),
      /runs in another namespace than shop that shop\/sales is a new name of: .*deleted with its volumes \(HTTP 403: clusters is forbidden\)\. Give the account that runs pulumi the right to list clusters\.postgresql\.cnpg\.io in all namespaces/,
    );
  });

  it("end an update without an answer, which a login that is refused is, too", async () => {
    const server = await apiServer({ [path]: { status: 401, body: {} } });
    afterTest(server.close);
    await assert.rejects(
      lostDatabases({ databases: [entry("orders")] }, server),
      /^Error: Could not check whether a database of this stack runs that is no longer in .*\(HTTP 401\)\. Run `pulumi up` again when/,
    );
    assert.deepEqual(await lostDatabases({ databases: [] }, server, false), []);
  });

  it("are warned of in a preview, once", async () => {
    await recordResources({ preview: true });
    afterTest(() => recordResources());
    const away = { kubeconfig: kubeconfigFor("http://127.0.0.1:1") };
    const said = await warnings(async () => {
      assert.deepEqual(await lostDatabases({ databases: [entry("orders")] }, away), []);
      assert.deepEqual(await lostDatabases({ databases: [entry("orders")] }, away), []);
    });
    assert.match(
      said.join(),
      /^Could not check whether a database .*ECONNREFUSED.* This warning is shown once, even if it applies to more\.$/,
    );
  });
});
