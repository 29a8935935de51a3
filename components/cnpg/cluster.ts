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
export function servesPodMonitors(cluster: ClusterArgs, timeoutMs = 10_000): Promise<Answer> {
  return ask(cluster, timeoutMs, async (configuration) => {
    const api = new CustomObjectsApi(configuration);
    const { resources } = await api.getAPIResources({ group: "monitoring.coreos.com", version: "v1" });
    return resources.some(({ kind }) => kind === "PodMonitor");
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
