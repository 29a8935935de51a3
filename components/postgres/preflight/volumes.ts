import { z } from "zod";

import { type KubernetesArgs, getOrUndefined } from "../../kubernetes/questions.ts";
import type { LiveCluster, PresentCluster } from "../cluster/live-cluster.ts";
import { isLess } from "../../kubernetes/quantity.ts";

/** What a Cluster's spec says of its volumes, as far as it matters here. */
export interface VolumeSpec {
  /** Kubernetes quantity. */
  size?: string | undefined;
  storageClass?: string | undefined;
  pvcTemplate?: { storageClassName?: string | undefined } | undefined;

  /** Whether volumes that are there follow a larger size. Default: true. */
  resizeInUseVolumes?: boolean | undefined;
}

/** The StorageClass that is asked for, none: the default one. The operator takes the template's last. */
export const classOf = ({ storageClass, pvcTemplate }: VolumeSpec = {}): string | undefined =>
  storageClass ?? pvcTemplate?.storageClassName;

const claims = z.object({
  items: z.array(z.object({ spec: z.object({ storageClassName: z.string().optional() }) })),
});

/** The StorageClasses of the volumes that a Cluster has, by role: `PG_DATA` or `PG_WAL`. None where nobody tells. */
export async function volumeClasses(
  cluster: KubernetesArgs,
  { namespace, name }: PresentCluster,
  roles: readonly string[],
): Promise<string[]> {
  const selector = encodeURIComponent(`cnpg.io/cluster=${name},cnpg.io/pvcRole in (${roles.join(",")})`);
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims?labelSelector=${selector}`;
  const found = claims.safeParse(await getOrUndefined(cluster, path)).data?.items ?? [];
  return [...new Set(found.flatMap(({ spec }) => spec.storageClassName ?? []))];
}

/**
 * Why volumes cannot grow to what is planned. The operator would be refused by Kubernetes again and again, and only its
 * log would say so. Nothing where they need not grow, and where Kubernetes does not tell.
 */
export async function growthProblem(
  cluster: KubernetesArgs,
  { storage, walStorage }: { storage?: VolumeSpec | undefined; walStorage?: VolumeSpec | undefined },
  live: LiveCluster,
): Promise<string | undefined> {
  if (live.state !== "present") return undefined;
  const roles = [
    ...(grows(storage, live.storageSize) ? ["PG_DATA"] : []),
    ...(grows(walStorage, live.walStorageSize) ? ["PG_WAL"] : []),
  ];
  if (roles.length === 0) return undefined;
  const classes = await volumeClasses(cluster, live, roles);
  const fixed = await Promise.all(classes.map((name) => isFixed(cluster, name)));
  const first = classes.find((_, i) => fixed[i]);
  return first === undefined ? undefined : cannotGrow(first, live);
}

const grows = (planned: VolumeSpec | undefined, live: string | undefined): boolean =>
  planned?.resizeInUseVolumes !== false && isLess(live, planned?.size);

const storageClass = z.object({ allowVolumeExpansion: z.boolean().default(false) });

async function isFixed(cluster: KubernetesArgs, name: string): Promise<boolean> {
  const path = `/apis/storage.k8s.io/v1/storageclasses/${name}`;
  return storageClass.safeParse(await getOrUndefined(cluster, path)).data?.allowVolumeExpansion === false;
}

const cannotGrow = (storageClassName: string, { namespace, name }: PresentCluster): string =>
  `Database ${namespace}/${name}: its volumes cannot grow, for StorageClass ${storageClassName} has no ` +
  "allowVolumeExpansion: true. If its provisioner can enlarge volumes, say so there: kubectl patch storageclass " +
  `${storageClassName} -p '{"allowVolumeExpansion":true}'. If not, set resizeInUseVolumes to false below spec.storage ` +
  "(or spec.walStorage): new instances get the larger volumes. Then add an instance, and remove each old one with " +
  `its volume, the primary last: ${replaceInstance({ namespace, name })}.`;

/** What a user types to have an instance go, and its volume with it. */
export const replaceInstance = ({ namespace, name }: Pick<PresentCluster, "namespace" | "name">): string =>
  `kubectl cnpg promote ${name} NEW -n ${namespace}, where OLD is the primary, then kubectl cnpg destroy ${name} OLD ` +
  `-n ${namespace}`;
