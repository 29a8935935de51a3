import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

type Reply = { status: number; body: unknown } | "silence";

/**
 * A stand-in for a Kubernetes API server: replies by path, and by `PATCH path` from what is sent, 404 elsewhere. `close`
 * ends it.
 */
export async function apiServer(
  replies: Record<string, Reply | ((sent: string) => Reply)>,
): Promise<{ kubeconfig: string; close: () => void }> {
  const server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    const given = replies[method === "GET" ? url : `${method} ${url}`];
    void text(request).then((sent) => {
      const reply = typeof given === "function" ? given(sent) : (given ?? notFound);
      if (reply === "silence") return;
      response
        .writeHead(reply.status, { "content-type": "application/json" })
        .end(JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (!isAddress(address)) throw new Error("the server has no TCP address");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { kubeconfig: kubeconfigFor(`http://127.0.0.1:${address.port}`), close };
}

const notFound = { status: 404, body: { kind: "Status", code: 404 } };

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === "object" && address !== null;

/** The content of a kubeconfig whose only context points at a server. */
export function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    // The client speaks plain http only where TLS is not to be verified either.
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

const resource = {
  name: "podmonitors",
  singularName: "podmonitor",
  namespaced: true,
  kind: "PodMonitor",
  verbs: ["get"],
};

/** Replies of a cluster that has the Prometheus Operator's CRDs. */
export const withPodMonitors: Record<string, Reply> = {
  "/apis/monitoring.coreos.com/v1": {
    status: 200,
    body: { kind: "APIResourceList", groupVersion: "monitoring.coreos.com/v1", resources: [resource] },
  },
};
