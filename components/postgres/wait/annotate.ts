import { apiPathOf } from "../../crds/schema.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import { kubePatch } from "../../kubernetes/request.ts";

export interface Named {
  namespace: string;
  name: string;
}

/** Sets an annotation of a Cluster to the time of now. */
export async function annotate(
  cluster: KubernetesArgs,
  of: Named,
  annotation: string,
  deadline: AbortSignal,
): Promise<void> {
  const at = `/metadata/annotations/${annotation.replace("/", "~1")}`;
  await kubePatch(
    cluster,
    apiPathOf("Cluster", of),
    [{ op: "add", path: at, value: new Date().toISOString() }],
    deadline,
  );
}

/**
 * Has the operator look at a Cluster now: after errors it does so at the latest in a quarter of an hour, and what it
 * stumbled over may be gone. Any change of the object has that effect.
 */
export const haveTriedAgain = (cluster: KubernetesArgs, of: Named, deadline: AbortSignal): Promise<void> =>
  annotate(cluster, of, "cnpg-rgw/tried-again", deadline);
