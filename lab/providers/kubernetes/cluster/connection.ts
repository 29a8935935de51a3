import type { KubeConfig } from "@kubernetes/client-node";
import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import { goRequestError } from "../../sdk/go-words.ts";
import { withoutUndefined } from "../objects/object.ts";
import { ApiError, UnreachableError } from "./errors.ts";

export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal;
}

/** JSON in, JSON out, with the credentials of a kubeconfig: objects of any kind pass through unchanged. */
export class Connection {
  readonly #config: KubeConfig;
  readonly #timeoutMs: number;
  #agent: http.Agent | undefined;

  constructor(config: KubeConfig, timeoutSeconds: number) {
    this.#config = config;
    this.#timeoutMs = timeoutSeconds * 1000;
  }

  async send(request: ApiRequest): Promise<unknown> {
    const server = this.#config.getCurrentCluster()?.server;
    if (server === undefined) throw new Error("the kubeconfig has no cluster for its current context");
    const url = new URL(server.replace(/\/$/, "") + request.path);
    for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = await this.#options(request, body);
    const response = await exchange(url, options, body);
    const received = await text(response);
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw new ApiError(status, received);
    return JSON.parse(received) as unknown;
  }

  async #options(request: ApiRequest, body: string | undefined): Promise<https.RequestOptions> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) {
      headers["content-type"] = request.contentType ?? "application/json";
      // Node leaves the length of a DELETE's body out, and the server takes the body for the next request.
      headers["content-length"] = String(Buffer.byteLength(body));
    }
    const options: https.RequestOptions = { headers, method: request.method };
    // Adds to the headers what the user's credentials need.
    await this.#config.applyToHTTPSOptions(options);
    return {
      ...options,
      agent: this.#keepAliveAgent(options),
      signal: deadline(request.signal, this.#timeoutMs),
    };
  }

  // A TLS handshake per request would be most of the work of a stack with hundreds of objects.
  #keepAliveAgent(options: https.RequestOptions): http.Agent | undefined {
    if (!(options.agent instanceof http.Agent)) return undefined;
    const cluster = this.#config.getCurrentCluster();
    const isPlain = cluster?.proxyUrl === undefined && cluster?.server.startsWith("https:") === true;
    if (!isPlain) return options.agent;
    const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options;
    this.#agent ??= new https.Agent({
      keepAlive: true,
      ...withoutUndefined({ ca, cert, key, passphrase, rejectUnauthorized, servername }),
    });
    return this.#agent;
  }
}

function deadline(signal: AbortSignal | undefined, timeoutMs: number): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

async function exchange(
  url: URL,
  options: https.RequestOptions,
  body: string | undefined,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "http:" ? http : https).request(url, options, resolve);
    request.on("error", (error) => {
      const { message } = goRequestError(error, options.method ?? "GET", url);
      reject(new UnreachableError(message, { cause: error }));
    });
    request.end(body);
  });
}
