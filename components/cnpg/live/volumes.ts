import { z } from "zod";

import { type ClusterArgs, getOrUndefined } from "../cluster.ts";
import type { LiveCluster, PresentCluster } from "./live-cluster.ts";
import type { PlannedCluster } from "./problem.ts";
import { billionthsOf } from "./quantity.ts";

const claims = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({ storageClassName: z.string().optional() }),
    }),
  ),
});
const storageClass = z.object({ allowVolumeExpansion: z.boolean().default(false) });

/**
 * Why volumes cannot grow to what is planned. The operator would be refused by Kubernetes again and again, and only its
 * log would say so. Nothing where they need not grow, and where Kubernetes does not tell.
 */
export async function growthProblem(
  cluster: ClusterArgs,
  planned: PlannedCluster,
  live: LiveCluster,
): Promise<string | undefined> {
  if (live.state !== "present") return undefined;
  const roles = [
    ...(grows(planned.storageSize, live.storageSize) ? ["PG_DATA"] : []),
    ...(grows(planned.walStorageSize, live.walStorageSize) ? ["PG_WAL"] : []),
  ];
  if (roles.length === 0) return undefined;
  const selector = encodeURIComponent(`cnpg.io/cluster=${live.name},cnpg.io/pvcRole in (${roles.join(",")})`);
  const path = `/api/v1/namespaces/${live.namespace}/persistentvolumeclaims?labelSelector=${selector}`;
  const found = claims.safeParse(await getOrUndefined(cluster, path)).data?.items ?? [];
  const classes = new Set(found.flatMap(({ spec }) => spec.storageClassName ?? []));
  const fixed = await Promise.all([...classes].map((name) => isFixed(cluster, name)));
  const [first] = [...classes].filter((_, i) => fixed[i]);
  return first === undefined ? undefined : cannotGrow(first, live);
}

async function isFixed(cluster: ClusterArgs, name: string): Promise<boolean> {
  const path = `/apis/storage.k8s.io/v1/storageclasses/${name}`;
  return storageClass.safeParse(await getOrUndefined(cluster, path)).data?.allowVolumeExpansion === false;
}

const cannotGrow = (storageClassName: string, { namespace, name }: PresentCluster): string =>
  `Database ${namespace}/${name}: its volumes cannot grow, for StorageClass ${storageClassName} has no ` +
  "allowVolumeExpansion: true. If its provisioner can enlarge volumes, say so there: kubectl patch storageclass " +
  `${storageClassName} -p '{"allowVolumeExpansion":true}'. If not, keep the size, and recover into a new database ` +
  `with larger volumes (recovery.from "${name}"), which replaces this one.`;

const grows = (planned: string | undefined, live: string | undefined): boolean => {
  const [to, from] = [planned, live].map((size) => (size === undefined ? undefined : billionthsOf(size)));
  return to !== undefined && from !== undefined && to > from;
};
