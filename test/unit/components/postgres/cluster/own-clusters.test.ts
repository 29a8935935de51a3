import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { ownClusters } from "../../../../../components/postgres/cluster/own-clusters.ts";
import { type Cluster, items, ok, startKubernetes } from "../wait/fake-kubernetes.ts";

const made = (name: string, owner: string) => ({
  metadata: { name, namespace: "shop", labels: { "cnpg-rgw/component": owner } },
});
const forbidden = { status: 403, body: {} };

async function withKubernetes(
  replies: Cluster,
  work: (kubernetes: { kubeconfig: string }) => Promise<void>,
): Promise<void> {
  const { kubeconfig, close } = await startKubernetes(replies);
  try {
    await work({ kubeconfig });
  } finally {
    close();
  }
}

describe("the Clusters that a component has made", () => {
  it("are found by its label, in one list that all components of a program share", async () => {
    let lists = 0;
    const list = () => ((lists += 1), items(made("orders", "a"), made("wiki", "b")));
    await withKubernetes({ list }, async (kubernetes) => {
      const [a, b, none] = await Promise.all(
        ["a", "b", "c"].map((owner) => ownClusters(kubernetes, owner, "shop")),
      );
      assert.deepEqual(a, { clusters: [{ namespace: "shop", name: "orders" }] });
      assert.deepEqual(b, { clusters: [{ namespace: "shop", name: "wiki" }] });
      assert.deepEqual(none, { clusters: [] });
      assert.equal(lists, 1);
    });
  });

  it("are none in the API server's own empty list of metadata, which has null in the place of a list", async () => {
    const list = () => ok({ kind: "PartialObjectMetadataList", metadata: {}, items: null });
    await withKubernetes({ list }, async (kubernetes) => {
      assert.deepEqual(await ownClusters(kubernetes, "a", "shop"), { clusters: [] });
    });
  });

  it("are listed page by page", async () => {
    const pages = [
      ok({ metadata: { continue: "next" }, ...{ items: [made("orders", "a")] } }),
      ok({ metadata: { continue: "" }, items: [made("wiki", "a")] }),
    ];
    await withKubernetes({ list: () => pages.shift() ?? forbidden }, async (kubernetes) => {
      const { clusters } = await ownClusters(kubernetes, "a", "shop");
      assert.deepEqual(
        clusters.map(({ name }) => name),
        ["orders", "wiki"],
      );
    });
  });

  it("are those of one namespace where no others may be listed, with the reason", async () => {
    const replies = { list: () => forbidden, listHere: () => items(made("orders", "a")) };
    await withKubernetes(replies, async (kubernetes) => {
      const { clusters, notElsewhere } = await ownClusters(kubernetes, "a", "shop");
      assert.equal(clusters.length, 1);
      assert.ok(notElsewhere instanceof Error);
    });
    await withKubernetes({ list: () => forbidden, listHere: () => forbidden }, async (kubernetes) => {
      await assert.rejects(ownClusters(kubernetes, "a", "shop"), { code: 403 });
    });
  });

  it("are none without CloudNativePG, and asked for again after no answer", async () => {
    await withKubernetes({}, async (kubernetes) => {
      assert.deepEqual(await ownClusters(kubernetes, "a", "shop"), { clusters: [] });
    });
    let isAway = true;
    const list = () => (isAway ? { status: 500, body: {} } : items(made("orders", "a")));
    await withKubernetes({ list }, async (kubernetes) => {
      await assert.rejects(ownClusters(kubernetes, "a", "shop"), { code: 500 });
      isAway = false;
      assert.equal((await ownClusters(kubernetes, "a", "shop")).clusters.length, 1);
    });
  });
});
