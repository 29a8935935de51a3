import { z } from "zod";

import { type KubernetesArgs, getOrUndefined } from "../../kubernetes/questions.ts";

const claims = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        annotations: z.record(z.string(), z.string()).default({}),
        ownerReferences: z.array(z.unknown()).default([]),
      }),
    }),
  ),
});

/**
 * Volume claims that a deleted Cluster of a name has left behind. CloudNativePG gives them to the next Cluster of that
 * name, whatever that is to start from. Undefined where they cannot be asked for.
 */
export async function keptVolumes(
  cluster: KubernetesArgs,
  namespace: string,
  name: string,
): Promise<string[] | undefined> {
  const selector = encodeURIComponent(`cnpg.io/cluster=${name}`);
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims?labelSelector=${selector}`;
  const found = claims.safeParse(await getOrUndefined(cluster, path)).data;
  return found?.items
    .map(({ metadata }) => metadata)
    .filter(
      ({ annotations, ownerReferences }) =>
        ownerReferences.length === 0 && annotations["cnpg.io/nodeSerial"] !== undefined,
    )
    .map((metadata) => metadata.name);
}
