/** Which Kubernetes cluster to ask. */
export interface KubernetesArgs {
  /** Path of a kubeconfig, which may start with `~/`, or its content. Default: `$KUBECONFIG`, or else `~/.kube/config`. */
  kubeconfig?: string | undefined;

  /** A context of that kubeconfig. Default: its current context. */
  context?: string | undefined;

  /** A cluster of that kubeconfig, instead of the context's. Default: the context's. */
  cluster?: string | undefined;
}

/**
 * The name of `KubernetesArgs` up to 0.1: a cluster is a database here.
 * @deprecated Use `KubernetesArgs`.
 */
export type ClusterArgs = KubernetesArgs;
