import http from "node:http";
import https, { type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";

import { type ClusterArgs, KubeFailure, kubeConfigOf, statusOf } from "./kube-api.ts";
import { mistakeIn } from "./kubeconfig.ts";
import { plainAccess } from "./plain-kubeconfig.ts";
import { proxyOf } from "./proxy.ts";

/** How to ask an API server: where it is, and the options of each request, agent included. */
interface Way {
  server: URL;
  options: RequestOptions;
}

/** One per cluster: connections are kept, and few at once, however many questions there are. */
const ways = new Map<string, Promise<Way>>();
const connectionsAtOnce = 8;

interface Question {
  method: "GET" | "PATCH";
  path: string;
  deadline: AbortSignal;
  type?: string;
  body?: string;
}

/** The answer to a GET. Throws a KubeFailure with the status that the API server refused with. */
export const kubeGet = (cluster: ClusterArgs, path: string, deadline: AbortSignal): Promise<unknown> =>
  asked(cluster, { method: "GET", path, deadline });

/** One operation of a JSON patch. */
export interface PatchOperation {
  op: "replace";
  path: string;
  value: unknown;
}

/** The answer to a PATCH; throws as {@link kubeGet} does. */
export const kubePatch = (
  cluster: ClusterArgs,
  path: string,
  operations: readonly PatchOperation[],
  deadline: AbortSignal,
): Promise<unknown> =>
  asked(cluster, {
    method: "PATCH",
    path,
    deadline,
    type: "application/json-patch+json",
    body: JSON.stringify(operations),
  });

async function asked(cluster: ClusterArgs, question: Question): Promise<unknown> {
  const way = wayTo(cluster);
  try {
    return await answer(await way, question);
  } catch (error) {
    if (statusOf(error) !== 401) throw error;
    // What a login command gave may have had its time. It runs once more, for all questions that met with this.
    if (ways.get(keyOf(cluster)) === way) ways.delete(keyOf(cluster));
    return await answer(await wayTo(cluster), question);
  }
}

function answer(
  { server, options }: Way,
  { method, path, deadline, type, body }: Question,
): Promise<unknown> {
  const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
  const { request } = url.protocol === "http:" ? http : https;
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, method, signal: deadline }, (response) => {
      text(response)
        .then((said) => {
          const status = response.statusCode ?? 0;
          if (status < 200 || status > 299) throw new KubeFailure(status, said);
          resolve(JSON.parse(said));
        })
        .catch(reject);
    }).on("error", reject);
    if (type !== undefined) sent.setHeader("content-type", type);
    sent.end(body);
  });
}

const keyOf = ({ kubeconfig, context, cluster }: ClusterArgs): string =>
  JSON.stringify([kubeconfig, context, cluster, process.env.KUBECONFIG]);

function wayTo(cluster: ClusterArgs): Promise<Way> {
  const key = keyOf(cluster);
  const known = ways.get(key);
  if (known) return known;
  const way = findWay(cluster);
  ways.set(key, way);
  // What failed may be put right by the next time.
  way.catch(() => ways.delete(key));
  return way;
}

async function findWay(cluster: ClusterArgs): Promise<Way> {
  const access = plainAccess(cluster);
  if (access && proxyOf(access.server.href) === undefined) {
    const agent = new https.Agent({ ...access.tls, keepAlive: true, maxSockets: connectionsAtOnce });
    return { server: access.server, options: { agent, headers: access.headers } };
  }
  const kube = await kubeConfigOf(cluster);
  const options: RequestOptions = {};
  await kube.applyToHTTPSOptions(options).catch((error: unknown) => {
    throw mistakeIn(cluster, error) ?? error;
  });
  return { server: new URL(kube.getCurrentCluster()?.server ?? ""), options };
}
