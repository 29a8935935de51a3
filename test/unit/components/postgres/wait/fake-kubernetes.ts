import { createHash } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";

import { kubeconfigFor } from "../../kubernetes/api-server.ts";
import { afterTest } from "../../../../support/after-test.ts";

export type Reply = { status: number; body: unknown } | "silence" | "break";

/** What `psql` in a pod prints, the status with which exec is refused, or neither. */
export type ExecReply = { prints: string; exitCode?: number } | { status: number } | "silence" | "break";

/** The replies of a cluster with one database, `shop/orders`; each may change from one request to the next. */
export interface Cluster {
  resource?: () => Reply;
  list?: () => Reply;
  /** Of the Clusters in the database's namespace. */
  listHere?: () => Reply;
  objectStore?: () => Reply;
  scheduledBackup?: (name: string) => Reply;
  pods?: () => Reply;
  jobs?: () => Reply;
  events?: () => Reply;
  claims?: () => Reply;
  log?: (pod: string, container: string, sinceSeconds: string | null) => Reply;

  /** To a PATCH of the Cluster. */
  patch?: (sent: string) => Reply;

  /** To a DELETE of a Job. */
  deleteJob?: (name: string) => Reply;

  /** The operator's pods. */
  operators?: () => Reply;
  exec?: () => ExecReply;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const items = (...list: unknown[]): Reply => ok({ items: list });
const failed = (status: number): Reply => ({
  status,
  body: { kind: "Status", code: status, message: "by test" },
});

/** An API server for the database; closed when the test ends. */
export async function fakeKubernetes(cluster: Cluster): Promise<{ kubeconfig: string }> {
  const { kubeconfig, close } = await startKubernetes(cluster);
  afterTest(close);
  return { kubeconfig };
}

export async function startKubernetes(cluster: Cluster): Promise<{ kubeconfig: string; close: () => void }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://fake");
    if (request.method === "DELETE")
      send(cluster.deleteJob?.(url.pathname.split("/").at(-1) ?? "") ?? failed(403), response);
    else if (request.method !== "PATCH") send(replyTo(cluster, url), response);
    else
      void text(request).then((sent) => {
        send(cluster.patch?.(sent) ?? failed(404), response);
      });
  });
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request, socket) => {
    upgraded.add(socket);
    socket.on("error", () => undefined);
    answerExec(cluster.exec?.() ?? { status: 404 }, request, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no TCP address");
  return {
    kubeconfig: kubeconfigFor(`http://127.0.0.1:${address.port}`),
    close: () => {
      for (const socket of upgraded) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

function replyTo(cluster: Cluster, { pathname, searchParams }: URL): Reply {
  const log = /^\/api\/v1\/namespaces\/shop\/pods\/([^/]+)\/log$/.exec(pathname)?.[1];
  if (log !== undefined) {
    const [container, since] = ["container", "sinceSeconds"].map((name) => searchParams.get(name));
    return cluster.log?.(log, container ?? "", since ?? null) ?? failed(404);
  }
  const schedule = /^\/apis\/postgresql.cnpg.io\/v1\/namespaces\/shop\/scheduledbackups\/([^/]+)$/.exec(
    pathname,
  )?.[1];
  if (schedule !== undefined) return cluster.scheduledBackup?.(schedule) ?? failed(404);
  const routes: Record<string, (() => Reply) | undefined> = {
    "/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters/orders": cluster.resource ?? (() => failed(404)),
    "/apis/postgresql.cnpg.io/v1/clusters": cluster.list,
    "/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters": cluster.listHere,
    "/apis/barmancloud.cnpg.io/v1/namespaces/shop/objectstores/orders": cluster.objectStore,
    "/api/v1/pods": cluster.operators,
    "/api/v1/namespaces/shop/pods": cluster.pods ?? items,
    "/apis/batch/v1/namespaces/shop/jobs": cluster.jobs ?? items,
    "/api/v1/namespaces/shop/events": cluster.events ?? items,
    "/api/v1/namespaces/shop/persistentvolumeclaims": cluster.claims ?? items,
  };
  return routes[pathname]?.() ?? failed(404);
}

function send(reply: Reply, response: ServerResponse): void {
  if (reply === "silence") return;
  if (reply === "break") {
    response.socket?.destroy();
    return;
  }
  const isText = typeof reply.body === "string";
  response.writeHead(reply.status, { "content-type": isText ? "text/plain" : "application/json" });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
}

/** The API server's side of `kubectl exec`: a WebSocket with a byte for the channel before each message. */
function answerExec(reply: ExecReply, request: IncomingMessage, socket: Duplex): void {
  if (reply === "silence") return;
  if (reply === "break") {
    socket.destroy();
    return;
  }
  if ("status" in reply) {
    socket.end(`HTTP/1.1 ${reply.status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    return;
  }
  const accept = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`,
  );
  const { prints, exitCode = 0 } = reply;
  const status =
    exitCode === 0
      ? { status: "Success" }
      : { status: "Failure", message: `command terminated with ${exitCode}` };
  socket.write(frame(1, prints));
  socket.write(frame(3, JSON.stringify(status)));
  // The client closes once it has the status.
  socket.on("data", () => socket.end());
}

/** An unmasked binary frame of up to 125 bytes. */
function frame(channel: number, text: string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
  if (payload.length > 125) throw new Error(`too long for this frame: ${text}`);
  return Buffer.concat([Buffer.from([0x82, payload.length]), payload]);
}
