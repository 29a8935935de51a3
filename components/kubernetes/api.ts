import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";

import type { KubernetesArgs } from "./kubernetes-args.ts";
import { loadKubeconfig } from "./kubeconfig.ts";
import { proxyOf } from "./proxy.ts";

export type { KubernetesArgs } from "./kubernetes-args.ts";
export { withDeadline } from "./deadline.ts";

/** Loaded where it is needed first: its hundreds of files take half a second, which most runs can do without. */
export const kubernetesClient = () => import("@kubernetes/client-node");

/** Throws a KubeconfigMistake where the kubeconfig cannot be read, or says of no such cluster where that is. */
export async function kubeConfigOf(kubernetes: KubernetesArgs): Promise<KubeConfig> {
  const { KubeConfig } = await kubernetesClient();
  const kube = new KubeConfig();
  loadKubeconfig(kube, kubernetes);
  const current = kube.getCurrentCluster();
  if (!current) return kube;
  const proxyUrl = current.proxyUrl ?? proxyOf(current.server);
  if (proxyUrl !== undefined) {
    kube.clusters = kube.clusters.map((one) => (one.name === current.name ? { ...one, proxyUrl } : one));
  }
  return kube;
}

/** What the API server refused, as the client's ApiException. */
export class KubeFailure extends Error {
  /** The HTTP status. */
  readonly code: number;
  readonly body: string;

  constructor(code: number, body: string) {
    super(`HTTP ${code}`);
    this.code = code;
    this.body = body;
  }
}

const refusal = z.object({ code: z.number(), body: z.unknown() });

const refusalIn = (error: unknown): z.infer<typeof refusal> | undefined =>
  error instanceof Error && "body" in error ? refusal.safeParse(error).data : undefined;

/** The status with which the API server refused, where it did. */
export const statusOf = (error: unknown): number | undefined => refusalIn(error)?.code;

const withMessage = z.object({ message: z.string() });

/** Why a question failed, in a few words. */
export function reasonOf(error: unknown): string {
  const refused = refusalIn(error);
  if (refused) return `HTTP ${refused.code}${statusMessage(refused.body)}`;
  if (error instanceof z.ZodError)
    return `not an answer from Kubernetes: ${z.prettifyError(error)}`.slice(0, 300);
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
