import assert from "node:assert/strict";
import { type Server, createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type TestContext, describe, it } from "node:test";

import { hasNamespace, servesPodMonitors } from "../../../../components/kubernetes/questions.ts";
import { apiServer, kubeconfigFor, withPodMonitors } from "./api-server.ts";

async function clusterWith(
  t: TestContext,
  replies: Parameters<typeof apiServer>[0],
): Promise<{ kubeconfig: string }> {
  const { kubeconfig, close } = await apiServer(replies);
  t.after(close);
  return { kubeconfig };
}

describe("a question to the API server", () => {
  it("asks the login command again when the server takes its token no more", async (t) => {
    const server = createServer(({ headers }, response) => {
      calls.push(headers.authorization ?? "");
      const isIn = headers.authorization === `Bearer t${valid}`;
      const body = withPodMonitors["/apis/monitoring.coreos.com/v1"];
      response.writeHead(isIn ? 200 : 401).end(JSON.stringify(typeof body === "object" ? body.body : {}));
    });
    const calls: string[] = [];
    let valid = 1;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const folder = mkdtempSync(join(tmpdir(), "login-"));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const count = join(folder, "count");
    const kubeconfig = withLogin(`http://127.0.0.1:${portOf(server)}`, [
      "-c",
      `echo x >> ${count}; n=$(wc -l < ${count}); soon=$(date -u -d '+1 second' +%Y-%m-%dT%H:%M:%SZ); echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'$n'","expirationTimestamp":"'$soon'"}}'`,
    ]);
    assert.equal(await servesPodMonitors({ kubeconfig }), "yes");
    valid = 2;
    await setTimeout(1_100);
    assert.equal(await servesPodMonitors({ kubeconfig }), "yes");
    assert.deepEqual(calls, ["Bearer t1", "Bearer t1", "Bearer t2"]);
  });
});

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
};

/** A kubeconfig whose user logs in by a shell's command. */
const withLogin = (server: string, args: string[]): string =>
  kubeconfigFor(server).replace(
    '"user":{}',
    `"user":{"exec":${JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", command: "sh", args, interactiveMode: "Never" })}}`,
  );

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
