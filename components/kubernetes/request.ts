import http from "node:http";
import https, { type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type { KubeConfig } from "@kubernetes/client-node";

import { isObject } from "../text/merge.ts";
import { offTheClock } from "./deadline.ts";
import { type KubernetesArgs, KubeFailure, kubeConfigOf } from "./api.ts";
import { loginHangs, mistakeIn } from "./kubeconfig.ts";
import { plainAccess } from "./plain-kubeconfig.ts";
import { proxyOf } from "./proxy.ts";
import { Queue } from "./queue.ts";

/** How to ask an API server: where it is, and the options of each request, agent and login included. */
export interface Way {
  server: URL;
  options: RequestOptions;
  headers: http.OutgoingHttpHeaders;

  /** With which the login was made; none for the usual kubeconfig, which needs none. */
  kube: KubeConfig | undefined;
}

/** One per cluster and run: one login, connections that are kept, and a queue for all questions. */
interface Client {
  way: Promise<Way>;
  queue: Queue;
}

const clients = new Map<string, Client>();

/** So many that hundreds of databases are asked in seconds, and so few that no API server minds. */
export const requestsAtOnce = 16;

/** For how long a login command may take; one that waits for a person has as long as a person needs to look. */
const loginMs = 30_000;

export interface KubeRequest {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | undefined;
}

export interface KubeResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The answer to a GET. Throws a KubeFailure with the status that the API server refused with. */
export const kubeGet = (
  kubernetes: KubernetesArgs,
  path: string,
  deadline: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> => asked(kubernetes, { method: "GET", path, headers }, deadline);

/** Has a list come without specs and statuses: those of hundreds of objects are megabytes. */
export const metadataAlone = {
  accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
};

/** One operation of a JSON patch. */
export interface PatchOperation {
  op: "add" | "replace";
  path: string;
  value: unknown;
}

/** The answer to a PATCH; throws as {@link kubeGet} does. */
export const kubePatch = (
  kubernetes: KubernetesArgs,
  path: string,
  operations: readonly PatchOperation[],
  deadline: AbortSignal,
): Promise<unknown> =>
  asked(
    kubernetes,
    {
      method: "PATCH",
      path,
      headers: { "content-type": "application/json-patch+json" },
      body: JSON.stringify(operations),
    },
    deadline,
  );

async function asked(
  kubernetes: KubernetesArgs,
  request: KubeRequest,
  deadline: AbortSignal,
): Promise<unknown> {
  const { status, body } = await kubeSend(kubernetes, request, deadline);
  if (status < 200 || status > 299) throw new KubeFailure(status, body);
  const answer: unknown = JSON.parse(body);
  // Go's word for an empty list, where metadata alone is asked for.
  return isObject(answer) && answer.items === null ? { ...answer, items: [] } : answer;
}

/** What the API server says, whatever that is. Its time begins when it is sent: not in the queue, nor with the login. */
export async function kubeSend(
  kubernetes: KubernetesArgs,
  request: KubeRequest,
  deadline: AbortSignal,
): Promise<KubeResponse> {
  const client = clientOf(kubernetes);
  const send = (way: Way) => client.queue.run(deadline, (signal) => sent(way, request, signal));
  const way = client.way;
  const response = await send(await offTheClock(deadline, () => way));
  if (response.status !== 401) return response;
  // What a login gave may have had its time. It is made once more, for all questions that met with this.
  if (client.way === way) logIn(client, kubernetes);
  return send(await offTheClock(deadline, () => client.way));
}

/** How a cluster is asked, once logged in. Throws a KubeconfigMistake where the kubeconfig leads to none. */
export const wayTo = (kubernetes: KubernetesArgs, deadline: AbortSignal): Promise<Way> =>
  offTheClock(deadline, () => clientOf(kubernetes).way);

function sent(
  { server, options, headers: ofLogin }: Way,
  { method, path, headers, body }: KubeRequest,
  signal: AbortSignal,
): Promise<KubeResponse> {
  const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
  const { request } = url.protocol === "http:" ? http : https;
  const all = { ...ofLogin, ...headers };
  return new Promise((resolve, reject) => {
    const going = request(url, { ...options, headers: all, method, signal }, (response) => {
      text(response)
        .then((said) => {
          resolve({ status: response.statusCode ?? 0, headers: plainHeaders(response), body: said });
        })
        .catch(reject);
    }).on("error", reject);
    going.end(body);
  });
}

const plainHeaders = ({ headers }: http.IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

const keyOf = ({ kubeconfig, context, cluster }: KubernetesArgs): string =>
  JSON.stringify([kubeconfig, context, cluster, process.env.KUBECONFIG]);

function clientOf(kubernetes: KubernetesArgs): Client {
  const key = keyOf(kubernetes);
  const known = clients.get(key);
  if (known) return known;
  const client = { queue: new Queue(requestsAtOnce), way: findWay(kubernetes) };
  clients.set(key, client);
  forgetFailure(client, key);
  return client;
}

function logIn(client: Client, kubernetes: KubernetesArgs): void {
  client.way = findWay(kubernetes);
  forgetFailure(client, keyOf(kubernetes));
}

/** What failed may be put right by the next time. */
function forgetFailure(client: Client, key: string): void {
  client.way.catch(() => {
    if (clients.get(key) === client) clients.delete(key);
  });
}

async function findWay(kubernetes: KubernetesArgs): Promise<Way> {
  const access = plainAccess(kubernetes);
  if (access && proxyOf(access.server.href) === undefined) {
    const agent = new https.Agent({ ...access.tls, keepAlive: true });
    return { server: access.server, options: { agent }, headers: access.headers, kube: undefined };
  }
  const kube = await kubeConfigOf(kubernetes);
  const current = kube.getCurrentCluster();
  const server = new URL(current?.server ?? "");
  const { headers, ...options } = await login(kube, kubernetes);
  const way = { server, headers: headers instanceof Array ? {} : { ...headers }, kube };
  if (current?.proxyUrl !== undefined) return { ...way, options };
  // The client's own agent makes a connection for each request.
  const { Agent } = server.protocol === "http:" ? http : https;
  return { ...way, options: { ...options, agent: new Agent({ keepAlive: true }) } };
}

async function login(kube: KubeConfig, kubernetes: KubernetesArgs): Promise<RequestOptions> {
  const options: RequestOptions = {};
  const made = kube.applyToHTTPSOptions(options).catch((error: unknown) => {
    throw mistakeIn(kubernetes, error) ?? error;
  });
  const isLate = Symbol("late");
  const first = await Promise.race([made, sleep(loginMs, isLate, { ref: false })]);
  if (first === isLate) throw loginHangs(kubernetes, loginMs / 1_000);
  return options;
}
