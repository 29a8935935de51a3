import assert from "node:assert/strict";
import { type TestContext, describe, it } from "node:test";

import { hasNamespace, servesPodMonitors } from "../../../../components/cnpg/cluster.ts";
import { apiServer, kubeconfigFor, withPodMonitors } from "./api-server.ts";

async function clusterWith(
  t: TestContext,
  replies: Parameters<typeof apiServer>[0],
): Promise<{ kubeconfig: string }> {
  const { kubeconfig, close } = await apiServer(replies);
  t.after(close);
  return { kubeconfig };
}

describe("servesPodMonitors", () => {
  it("is yes where the CRD is served", async (t) => {
    assert.equal(await servesPodMonitors(await clusterWith(t, withPodMonitors)), "yes");
  });

  it("is no where the API group is missing, or lacks the kind", async (t) => {
    const otherKinds = { status: 200, body: { kind: "APIResourceList", groupVersion: "x", resources: [] } };
    assert.equal(await servesPodMonitors(await clusterWith(t, {})), "no");
    assert.equal(
      await servesPodMonitors(await clusterWith(t, { "/apis/monitoring.coreos.com/v1": otherKinds })),
      "no",
    );
  });

  it("is unknown where the cluster refuses, breaks, is away, or the context is", async (t) => {
    const replies = (status: number) => ({
      "/apis/monitoring.coreos.com/v1": { status, body: { kind: "Status" } },
    });
    assert.equal(await servesPodMonitors(await clusterWith(t, replies(403))), "unknown");
    assert.equal(await servesPodMonitors(await clusterWith(t, replies(500))), "unknown");
    assert.equal(await servesPodMonitors({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }), "unknown");
    assert.equal(await servesPodMonitors({ kubeconfig: "no kubeconfig: [" }), "unknown");
    assert.equal(await servesPodMonitors({ ...(await clusterWith(t, {})), context: "elsewhere" }), "unknown");
  });

  it("is unknown where the cluster keeps silent", async (t) => {
    const cluster = await clusterWith(t, { "/apis/monitoring.coreos.com/v1": "silence" });
    assert.equal(await servesPodMonitors(cluster, 100), "unknown");
  });
});

describe("hasNamespace", () => {
  const namespace = (phase: string) => ({
    "/api/v1/namespaces/shop": {
      status: 200,
      body: { kind: "Namespace", metadata: { name: "shop" }, status: { phase } },
    },
  });

  it("is yes for an active namespace, no for a missing one and for one that is being deleted", async (t) => {
    assert.equal(await hasNamespace(await clusterWith(t, namespace("Active")), "shop"), "yes");
    assert.equal(await hasNamespace(await clusterWith(t, namespace("Terminating")), "shop"), "no");
    assert.equal(await hasNamespace(await clusterWith(t, {}), "shop"), "no");
  });
});
