import { existsSync } from "node:fs";

import {
  ApiException,
  type Configuration,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type Middleware,
  ServerConfiguration,
  createConfiguration,
} from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";

/** Which Kubernetes cluster to ask. */
export interface ClusterArgs {
  /** Path or content of a kubeconfig. Default: `$KUBECONFIG`, or else `~/.kube/config`. */
  kubeconfig?: string | undefined;

  /** A context of that kubeconfig. Default: its current context. */
  context?: string | undefined;
}

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
  const deadline = AbortSignal.timeout(timeoutMs);
  const late = new Promise<Answer>((resolve) => {
    deadline.addEventListener("abort", () => {
      resolve("unknown");
    });
  });
  // A login command in the kubeconfig can hang where no signal reaches it, hence the race beside the signal.
  return Promise.race([late, answer(cluster, question, deadline)]);
}

async function answer(cluster: ClusterArgs, question: Question, deadline: AbortSignal): Promise<Answer> {
  try {
    return (await question(configurationFor(cluster, deadline))) ? "yes" : "no";
  } catch (error) {
    return error instanceof ApiException && error.code === 404 ? "no" : "unknown";
  }
}

function configurationFor({ kubeconfig, context }: ClusterArgs, deadline: AbortSignal): Configuration {
  const kube = new KubeConfig();
  if (kubeconfig === undefined) kube.loadFromDefault();
  else if (existsSync(kubeconfig)) kube.loadFromFile(kubeconfig);
  else kube.loadFromString(kubeconfig);
  if (context !== undefined) kube.setCurrentContext(context);

  const withDeadline: Middleware = {
    pre: (request) => {
      request.setSignal(deadline);
      return Promise.resolve(request);
    },
    post: (response) => Promise.resolve(response),
  };
  const server = kube.getCurrentCluster()?.server ?? "";
  return createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: kube },
    promiseMiddleware: [withDeadline],
  });
}
