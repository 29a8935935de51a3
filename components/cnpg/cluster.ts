import { type Configuration, CoreV1Api, CustomObjectsApi } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";

import { type ClusterArgs, configurationFor, inTime, statusOf } from "./kube-api.ts";

export type { ClusterArgs } from "./kube-api.ts";

/** The cluster of the stack's default Kubernetes provider. */
export function defaultProviderCluster(): ClusterArgs {
  const config = new pulumi.Config("kubernetes");
  return { kubeconfig: config.get("kubeconfig"), context: config.get("context") };
}

/** What a cluster said. `unknown`: it did not answer in time, or not to us; the provider's own error will say more. */
export type Answer = "yes" | "no" | "unknown";

/** Whether the cluster has the Prometheus Operator's CRD `podmonitors.monitoring.coreos.com`. */
export function servesPodMonitors(cluster: ClusterArgs, timeoutMs?: number): Promise<Answer> {
  return servesKind(
    cluster,
    { group: "monitoring.coreos.com", version: "v1", kind: "PodMonitor" },
    timeoutMs,
  );
}

/** Whether the cluster has cert-manager's CRD `certificates.cert-manager.io`. */
export function servesCertificates(cluster: ClusterArgs, timeoutMs?: number): Promise<Answer> {
  return servesKind(cluster, { group: "cert-manager.io", version: "v1", kind: "Certificate" }, timeoutMs);
}

function servesKind(
  cluster: ClusterArgs,
  { kind, ...groupVersion }: { group: string; version: string; kind: string },
  timeoutMs = 10_000,
): Promise<Answer> {
  return ask(cluster, timeoutMs, async (configuration) => {
    const { resources } = await new CustomObjectsApi(configuration).getAPIResources(groupVersion);
    return resources.some((resource) => resource.kind === kind);
  });
}

/** Whether the operator is in a namespace: the chart and the manifest give its webhook's Service the same, fixed name. */
export function hasOperator(cluster: ClusterArgs, namespace: string, timeoutMs = 10_000): Promise<Answer> {
  return ask(cluster, timeoutMs, async (configuration) => {
    await new CoreV1Api(configuration).readNamespacedService({ name: "cnpg-webhook-service", namespace });
    return true;
  });
}

/** Whether the cluster has a namespace that takes new objects; one that is being deleted does not. */
export function hasNamespace(cluster: ClusterArgs, name: string, timeoutMs = 10_000): Promise<Answer> {
  return ask(cluster, timeoutMs, async (configuration) => {
    const { status } = await new CoreV1Api(configuration).readNamespace({ name });
    return status?.phase !== "Terminating";
  });
}

type Question = (configuration: Configuration) => Promise<boolean>;

async function ask(cluster: ClusterArgs, timeoutMs: number, question: Question): Promise<Answer> {
  try {
    const isSo = await inTime(timeoutMs, (deadline) => question(configurationFor(cluster, deadline)));
    return isSo ? "yes" : "no";
  } catch (error) {
    return statusOf(error) === 404 ? "no" : "unknown";
  }
}
