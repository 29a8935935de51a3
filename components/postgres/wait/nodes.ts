import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient } from "../../kubernetes/api.ts";
import type { Pod } from "../cluster/pods-and-jobs.ts";

/** Whether a node that takes no pods now may do so again by itself; `unknown` where nodes may not be listed. */
export type ComingBack = "yes" | "no" | "unknown";

/** From Kubernetes 1.34 on the scheduler does not name the taint that keeps a pod from a node. */
export const namesNoTaint = (message: string): boolean => /untolerated taint(?! ?\{)/.test(message);

/** Undefined where no pod is in question. */
export async function mayNodeComeBack(
  configuration: Configuration,
  pods: readonly Pod[],
): Promise<ComingBack | undefined> {
  const isInQuestion = pods.some(({ status: { conditions } }) =>
    conditions.some(({ type, status, message = "" }) => {
      return type === "PodScheduled" && status === "False" && namesNoTaint(message);
    }),
  );
  if (!isInQuestion) return undefined;
  const { CoreV1Api } = await kubernetesClient();
  return new CoreV1Api(configuration).listNode().then(
    ({ items }) => {
      const taints = items.flatMap(({ spec }) => spec?.taints ?? []);
      return taints.some(({ key }) => isPassing(key)) ? "yes" : "no";
    },
    () => "unknown",
  );
}

/** Of nodes that start, restart, are drained, or run short of something: kubelet, cloud, network and storage agents. */
const isPassing = (key: string): boolean =>
  /^node\.(cloudprovider\.)?kubernetes\.io\/|^karpenter\.sh\/|ClusterAutoscaler$|not-?ready|uninitialized/i.test(
    key,
  );
