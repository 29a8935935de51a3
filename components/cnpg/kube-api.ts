import { existsSync } from "node:fs";

import {
  ApiException,
  type Configuration,
  KubeConfig,
  type Middleware,
  ServerConfiguration,
  createConfiguration,
} from "@kubernetes/client-node";
import { z } from "zod";

/** Which Kubernetes cluster to ask. */
export interface ClusterArgs {
  /** Path or content of a kubeconfig. Default: `$KUBECONFIG`, or else `~/.kube/config`. */
  kubeconfig?: string | undefined;

  /** A context of that kubeconfig. Default: its current context. */
  context?: string | undefined;
}

/** Throws where the kubeconfig cannot be read, or names no such context. */
export function kubeConfigOf({ kubeconfig, context }: ClusterArgs): KubeConfig {
  const kube = new KubeConfig();
  if (kubeconfig === undefined) kube.loadFromDefault();
  else if (existsSync(kubeconfig)) kube.loadFromFile(kubeconfig);
  else kube.loadFromString(kubeconfig);
  if (context !== undefined) kube.setCurrentContext(context);
  if (!kube.getCurrentCluster()) {
    throw new Error(
      `the kubeconfig has no cluster for the context ${JSON.stringify(kube.getCurrentContext())}`,
    );
  }
  return kube;
}

/** A client configuration whose requests end, at the latest, with the signal. */
export function configurationFor(cluster: ClusterArgs, deadline: AbortSignal): Configuration {
  const kube = kubeConfigOf(cluster);
  const withDeadline: Middleware = {
    pre: (request) => {
      request.setSignal(deadline);
      return Promise.resolve(request);
    },
    post: (response) => Promise.resolve(response),
  };
  return createConfiguration({
    baseServer: new ServerConfiguration(kube.getCurrentCluster()?.server ?? "", {}),
    authMethods: { default: kube },
    promiseMiddleware: [withDeadline],
  });
}

/** The result of the work, or an error once the time is over. */
export async function inTime<T>(
  milliseconds: number,
  work: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds / 1_000} s`));
      controller.abort();
    }, milliseconds);
  });
  try {
    // A login command in the kubeconfig can hang where no signal reaches it, hence the race beside the signal.
    return await Promise.race([late, work(controller.signal)]);
  } finally {
    clearTimeout(timer);
  }
}

/** The status with which the API server refused, where it did. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

const withMessage = z.object({ message: z.string() });

/** Why a question failed, in a few words. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiException) return `HTTP ${error.code}${statusMessage(error.body)}`;
  if (error instanceof z.ZodError)
    return `an answer that is not Kubernetes': ${z.prettifyError(error)}`.slice(0, 300);
  // A WebSocket rejects with an event that has a message.
  if (!(error instanceof Error)) return withMessage.safeParse(error).data?.message ?? String(error);
  // fetch says "fetch failed", and what failed in the cause.
  return error.cause instanceof Error ? reasonOf(error.cause) : firstLine(error);
}

function statusMessage(body: unknown): string {
  const message = withMessage.safeParse(typeof body === "string" ? jsonOf(body) : body).data?.message;
  return message === undefined || message === "" ? "" : `: ${message.slice(0, 300)}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstLine(error: Error): string {
  // An AggregateError, of a host with several addresses, has no message of its own.
  const text =
    error.message === "" && error instanceof AggregateError ? String(error.errors[0]) : error.message;
  return text.split("\n")[0]?.slice(0, 300) ?? "";
}
