import { z } from "zod";

import { type KubernetesArgs, getOrUndefined } from "../../kubernetes/questions.ts";
import type { ObjectName } from "../../kubernetes/named.ts";

const texts = z.record(z.string(), z.string()).default({});
const claimList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        labels: texts,
        annotations: texts,
        ownerReferences: z.array(z.unknown()).default([]),
      }),
      spec: z.object({ storageClassName: z.string().optional() }).default({}),
    }),
  ),
});

/** A PersistentVolumeClaim of a Cluster's name. */
export type VolumeClaim = z.infer<typeof claimList>["items"][number];

/** Undefined where they may not be listed, or there is no answer. */
export async function volumeClaims(
  kubernetes: KubernetesArgs,
  { namespace, name }: ObjectName,
): Promise<VolumeClaim[] | undefined> {
  const selector = encodeURIComponent(`cnpg.io/cluster=${name}`);
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims?labelSelector=${selector}`;
  return claimList.safeParse(await getOrUndefined(kubernetes, path)).data?.items;
}

/**
 * Names of those that a deleted Cluster has left behind. CloudNativePG gives them to the next Cluster of that name,
 * whatever that is to start from.
 */
export const keptVolumes = (claims: readonly VolumeClaim[]): string[] =>
  claims
    .map(({ metadata }) => metadata)
    .filter(
      ({ annotations, ownerReferences }) =>
        ownerReferences.length === 0 && annotations["cnpg.io/nodeSerial"] !== undefined,
    )
    .map(({ name }) => name);

export type VolumeRole = "PG_DATA" | "PG_WAL";

/** The StorageClasses of the volumes of some roles. */
export function classesOf(claims: readonly VolumeClaim[], roles: readonly VolumeRole[]): string[] {
  const ofRole = claims.filter(({ metadata: { labels } }) =>
    roles.some((role) => role === labels["cnpg.io/pvcRole"]),
  );
  return [...new Set(ofRole.flatMap(({ spec }) => spec.storageClassName ?? []))];
}
