import assert from "node:assert/strict";
import { type Server, createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, it } from "mocha";

import { hasNamespace, servesPodMonitors } from "../../../../components/kubernetes/questions.ts";
import { apiServer, kubeconfigFor, withPodMonitors } from "./api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

async function clusterWith(replies: Parameters<typeof apiServer>[0]): Promise<{ kubeconfig: string }> {
  const { kubeconfig, close } = await apiServer(replies);
  afterTest(close);
  return { kubeconfig };
}

describe("a question to the API server", () => {
  it("asks the login command again when the server takes its token no more", async () => {
    const server = createServer(({ headers }, response) => {
      calls.push(headers.authorization ?? "");
      const isIn = headers.authorization === `Bearer t${valid}`;
      const body = withPodMonitors["/apis/monitoring.coreos.com/v1"];
      response.writeHead(isIn ? 200 : 401).end(JSON.stringify(typeof body === "object" ? body.body : {}));
    });
    const calls: string[] = [];
    let valid = 1;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    afterTest(() => {
      server.closeAllConnections();
      server.close();
    });
    const folder = mkdtempSync(join(tmpdir(), "login-"));
    afterTest(() => {
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
  it("is yes where the CRD is served", async () => {
    assert.equal(await servesPodMonitors(await clusterWith(withPodMonitors)), "yes");
  });

  it("is no where the API group is missing, or lacks the kind", async () => {
    const otherKinds = { status: 200, body: { kind: "APIResourceList", groupVersion: "x", resources: [] } };
    assert.equal(await servesPodMonitors(await clusterWith({})), "no");
    assert.equal(
      await servesPodMonitors(await clusterWith({ "/apis/monitoring.coreos.com/v1": otherKinds })),
      "no",
    );
  });

  it("is unknown where the cluster refuses, breaks, is away, or the context is", async () => {
    const replies = (status: number) => ({
      "/apis/monitoring.coreos.com/v1": { status, body: { kind: "Status" } },
    });
    assert.equal(await servesPodMonitors(await clusterWith(replies(403))), "unknown");
    assert.equal(await servesPodMonitors(await clusterWith(replies(500))), "unknown");
    assert.equal(await servesPodMonitors({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }), "unknown");
    assert.equal(await servesPodMonitors({ kubeconfig: "no kubeconfig: [" }), "unknown");
    assert.equal(await servesPodMonitors({ ...(await clusterWith({})), context: "elsewhere" }), "unknown");
  });

  it("is unknown where the cluster keeps silent", async () => {
    const cluster = await clusterWith({ "/apis/monitoring.coreos.com/v1": "silence" });
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

  it("is yes for an active namespace, no for a missing one and for one that is being deleted", async () => {
    assert.equal(await hasNamespace(await clusterWith(namespace("Active")), "shop"), "yes");
    assert.equal(await hasNamespace(await clusterWith(namespace("Terminating")), "shop"), "no");
    assert.equal(await hasNamespace(await clusterWith({}), "shop"), "no");
  });
});
