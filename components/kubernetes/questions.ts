import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type KubernetesArgs, withDeadline, statusOf } from "./api.ts";
import { kubeGet } from "./request.ts";

export type { KubernetesArgs } from "./api.ts";

/** The cluster of the stack's default Kubernetes provider. */
export function defaultProviderKubernetes(): KubernetesArgs {
  const config = new pulumi.Config("kubernetes");
  return {
    kubeconfig: config.get("kubeconfig"),
    context: config.get("context"),
    cluster: config.get("cluster"),
  };
}

/** What a cluster said. `unknown`: it did not answer in time, or not to us; the provider's own error will say more. */
export type Answer = "yes" | "no" | "unknown";

/** Whether the cluster has the Prometheus Operator's CRD `podmonitors.monitoring.coreos.com`. */
export function servesPodMonitors(kubernetes: KubernetesArgs, timeoutMs?: number): Promise<Answer> {
  return servesKind(kubernetes, "monitoring.coreos.com/v1", "PodMonitor", timeoutMs);
}

/** Whether the cluster has cert-manager's CRD `certificates.cert-manager.io`. */
export function servesCertificates(kubernetes: KubernetesArgs, timeoutMs?: number): Promise<Answer> {
  return servesKind(kubernetes, "cert-manager.io/v1", "Certificate", timeoutMs);
}

const kindList = z.object({ resources: z.array(z.object({ kind: z.string() })) });

function servesKind(
  kubernetes: KubernetesArgs,
  groupVersion: string,
  kind: string,
  timeoutMs = 10_000,
): Promise<Answer> {
  return ask(kubernetes, timeoutMs, async (get) => {
    const { resources } = kindList.parse(await get(`/apis/${groupVersion}`));
    return resources.some((resource) => resource.kind === kind);
  });
}

/** Whether the operator is in a namespace: the chart and the manifest give its webhook's Service the same, fixed name. */
export function hasOperator(
  kubernetes: KubernetesArgs,
  namespace: string,
  timeoutMs = 10_000,
): Promise<Answer> {
  return ask(kubernetes, timeoutMs, async (get) => {
    await get(`/api/v1/namespaces/${namespace}/services/cnpg-webhook-service`);
    return true;
  });
}

const namespaceObject = z.object({ status: z.object({ phase: z.string().optional() }).optional() });

/** Whether the cluster has a namespace that takes new objects; one that is being deleted does not. */
export function hasNamespace(kubernetes: KubernetesArgs, name: string, timeoutMs = 10_000): Promise<Answer> {
  return ask(kubernetes, timeoutMs, async (get) => {
    const { status } = namespaceObject.parse(await get(`/api/v1/namespaces/${name}`));
    return status?.phase !== "Terminating";
  });
}

export interface FoundSecret {
  type: string;
  isImmutable: boolean;
  /** Decoded. */
  data: Record<string, string>;
  /** What in Flux it belongs to, if it does. */
  flux: string | undefined;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

const texts = z.record(z.string(), z.string()).default({});
const secretObject = z.object({
  metadata: z.object({ labels: texts, annotations: texts }),
  type: z.string(),
  immutable: z.boolean().default(false),
  data: z.record(z.string(), z.string()).default({}),
});

/** A Secret; undefined if there is none. Throws if the cluster does not tell. */
export async function findSecret(
  kubernetes: KubernetesArgs,
  namespace: string,
  name: string,
): Promise<FoundSecret | undefined> {
  const found = await getIfThere(kubernetes, `/api/v1/namespaces/${namespace}/secrets/${name}`, secretObject);
  if (found === undefined) return undefined;
  const data = Object.entries(found.data).map(([key, value]): [string, string] => [
    key,
    Buffer.from(value, "base64").toString(),
  ]);
  const { type, immutable: isImmutable, metadata } = found;
  return { type, isImmutable, data: Object.fromEntries(data), flux: flux(metadata.labels), ...metadata };
}

/** What in Flux an object belongs to, by the labels that Flux puts on whatever it applies. */
export function flux(labels: Readonly<Record<string, string>>): string | undefined {
  const kinds = { Kustomization: "kustomize", HelmRelease: "helm" };
  for (const [kind, prefix] of Object.entries(kinds)) {
    const name = labels[`${prefix}.toolkit.fluxcd.io/name`];
    if (name !== undefined) return `${kind} ${labels[`${prefix}.toolkit.fluxcd.io/namespace`] ?? ""}/${name}`;
  }
  return undefined;
}

/** What is at a path of the API; undefined if nothing is. Throws if the cluster does not tell, or something else. */
export async function getIfThere<T extends z.ZodType>(
  kubernetes: KubernetesArgs,
  path: string,
  schema: T,
  timeoutMs = 10_000,
): Promise<z.output<T> | undefined> {
  try {
    return schema.parse(await withDeadline(timeoutMs, (deadline) => kubeGet(kubernetes, path, deadline)));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The answer to a GET of a path of the API; undefined if there is no such object, or no answer in time or to us. */
export async function getOrUndefined(
  kubernetes: KubernetesArgs,
  path: string,
  timeoutMs = 10_000,
): Promise<unknown> {
  return withDeadline(timeoutMs, (deadline) => kubeGet(kubernetes, path, deadline)).catch(() => undefined);
}

/** Asks by GETs of paths of the API. */
type Question = (get: (path: string) => Promise<unknown>) => Promise<boolean>;

async function ask(kubernetes: KubernetesArgs, timeoutMs: number, question: Question): Promise<Answer> {
  try {
    const isSo = await withDeadline(timeoutMs, (deadline) =>
      question((path) => kubeGet(kubernetes, path, deadline)),
    );
    return isSo ? "yes" : "no";
  } catch (error) {
    return statusOf(error) === 404 ? "no" : "unknown";
  }
}
