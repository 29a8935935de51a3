import type { Configuration, KubeConfig, RequestContext } from "@kubernetes/client-node";

import { type KubernetesArgs, kubeConfigOf, kubernetesClient } from "./api.ts";
import { kubeSend, wayTo } from "./request.ts";

/**
 * A configuration of the Kubernetes client whose requests end, at the latest, with the deadline. They go with all others
 * of the run: one login, a few at once.
 */
export async function configurationFor(
  kubernetes: KubernetesArgs,
  deadline: AbortSignal,
): Promise<Configuration> {
  const { ResponseContext, ServerConfiguration, createConfiguration, wrapHttpLibrary } =
    await kubernetesClient();
  // A mistake in the kubeconfig is told before any request.
  await wayTo(kubernetes, deadline);
  const send = async (request: RequestContext) => {
    const { pathname, search } = new URL(request.getUrl());
    const body = request.getBody();
    if (body !== undefined && typeof body !== "string")
      throw new Error("the Kubernetes API takes JSON alone");
    const asked = {
      method: request.getHttpMethod(),
      path: pathname + search,
      headers: request.getHeaders(),
      body,
    };
    const said = await kubeSend(kubernetes, asked, deadline);
    const text = () => Promise.resolve(said.body);
    const binary = () => Promise.resolve(Buffer.from(said.body));
    return new ResponseContext(said.status, said.headers, { text, binary, stream: () => null });
  };
  return createConfiguration({
    // Where the server is, the requests know; the client needs some URL.
    baseServer: new ServerConfiguration("https://kubernetes.invalid", {}),
    httpApi: wrapHttpLibrary({ send }),
  });
}

/** For what is no request, such as a WebSocket: the kubeconfig with which the run has logged in. A copy, to be changed. */
export async function loggedInConfigOf(
  kubernetes: KubernetesArgs,
  deadline: AbortSignal,
): Promise<KubeConfig> {
  const { kube } = await wayTo(kubernetes, deadline);
  return kube ? (Object.create(kube) as KubeConfig) : kubeConfigOf(kubernetes);
}
