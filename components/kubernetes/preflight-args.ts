import type * as pulumi from "@pulumi/pulumi";

import type { KubernetesArgs } from "./kubernetes-args.ts";
import { defaultProviderKubernetes } from "./questions.ts";

export interface PreflightArgs extends KubernetesArgs {
  /**
   * Off: do not ask, nor keep what was set with kubectl on what an update changes. On: a cluster that does not say
   * whether something of others would be overwritten ends the update, after a minute, or at once where it refuses to
   * say; a preview warns. Default: on, unless the component is given a Kubernetes provider of its own and no kubeconfig
   * here, for then there is no telling which cluster that provider means.
   */
  enabled?: boolean | undefined;
}

/**
 * The cluster that a component may ask before it makes resources of a type (`kubernetes:…:Kind`); none: do not ask.
 * @internal
 */
export function kubernetesToAsk(
  component: pulumi.ComponentResource,
  { enabled = true, ...kubernetes }: PreflightArgs = {},
  type = "kubernetes:core/v1:Secret",
): KubernetesArgs | undefined {
  if (!enabled) return undefined;
  if (Object.values(kubernetes).some((value) => value !== undefined)) return kubernetes;
  return component.getProvider(type) ? undefined : defaultProviderKubernetes();
}
