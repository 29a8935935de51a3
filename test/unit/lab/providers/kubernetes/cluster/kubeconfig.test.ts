import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  diffProvider,
  loadKubeconfig,
} from "../../../../../../lab/providers/kubernetes/cluster/kubeconfig.ts";
import { UNKNOWN } from "../../../../../../lab/providers/sdk/provider.ts";

function kubeconfig(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "a", cluster: { server } },
      { name: "b", cluster: { server: "https://b.example" } },
    ],
    users: [{ name: "u", user: { token } }],
    contexts: [
      { name: "one", context: { cluster: "a", user: "u", namespace: "n" } },
      { name: "two", context: { cluster: "b", user: "u" } },
    ],
    "current-context": "one",
  });
}
const base = kubeconfig("https://a.example", "t");

describe("choosing a cluster", () => {
  it("takes the kubeconfig's context, another context, or another cluster", () => {
    const server = (choice: object) =>
      loadKubeconfig({ kubeconfig: base, ...choice }).getCurrentCluster()?.server;
    assert.equal(server({}), "https://a.example");
    assert.equal(server({ context: "two" }), "https://b.example");
    assert.equal(server({ cluster: "b" }), "https://b.example");
    assert.throws(() => server({ context: "nosuch" }), /no cluster for the context "nosuch"/);
  });
});

describe("a changed provider", () => {
  it("replaces its resources for another cluster, not for another token", () => {
    assert.deepEqual(
      diffProvider({ kubeconfig: base }, { kubeconfig: kubeconfig("https://a.example", "new") }),
      { changes: { kubeconfig: "update" }, answer: "names" },
    );
    assert.deepEqual(
      diffProvider({ kubeconfig: base }, { kubeconfig: kubeconfig("https://c.example", "t") }),
      { changes: { kubeconfig: "update-replace" }, answer: "names" },
    );
    assert.deepEqual(diffProvider({ kubeconfig: base }, { kubeconfig: UNKNOWN }).changes, {
      kubeconfig: "update-replace",
    });
  });

  it("is refused where the kubeconfig cannot be read, as the operations after it would not say so", () => {
    assert.throws(
      () => diffProvider({ kubeconfig: base }, { kubeconfig: "{a: [" }),
      /^Error: failed to parse kubeconfig: /,
    );
  });

  it("goes by the cluster identifier where there is one", () => {
    const moved = kubeconfig("https://c.example", "t");
    const olds = { kubeconfig: base, clusterIdentifier: "x" };
    assert.deepEqual(diffProvider(olds, { kubeconfig: moved, clusterIdentifier: "x" }).changes, {
      kubeconfig: "update",
    });
    assert.deepEqual(diffProvider(olds, { kubeconfig: base, clusterIdentifier: "y" }).changes, {
      clusterIdentifier: "update-replace",
    });
  });
});
