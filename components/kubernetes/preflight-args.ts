import type * as pulumi from "@pulumi/pulumi";

import type { KubernetesArgs } from "./kubernetes-args.ts";
import { defaultProviderKubernetes } from "./questions.ts";

/** The questions to the cluster before anything is made. */
export interface PreflightArgs extends KubernetesArgs {
  /**
   * Whether to ask Kubernetes before anything is made or changed.
   *
   * On: the component checks that it overwrites nothing that others made, and keeps fields that were set with kubectl
   * on objects that an update changes. If Kubernetes does not answer, a preview warns, and an update fails after a
   * minute. If it refuses to answer, the update fails at once.
   *
   * Off: no checks, and fields that were set with kubectl may be lost.
   *
   * Default: on, unless the component has a Kubernetes provider of its own and no kubeconfig here: which Kubernetes
   * that provider talks to cannot be known.
   */
  enabled?: boolean | undefined;
}

/**
 * The Kubernetes that a component may ask before it makes resources of a type (`kubernetes:…:Kind`); undefined: none.
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
