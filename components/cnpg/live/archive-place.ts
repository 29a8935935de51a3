import { z } from "zod";

import { type ClusterArgs, getOrUndefined } from "../cluster.ts";
import type { Place } from "./cluster-resource.ts";
import type { PresentCluster } from "./live-cluster.ts";

const objectStore = z.object({
  spec: z.object({
    configuration: z.object({ destinationPath: z.string(), endpointURL: z.string().optional() }),
  }),
});

/** Where a running Cluster archives to; undefined: it has no backups, or there is no answer. */
export async function archivePlace(
  cluster: ClusterArgs,
  { namespace, objectStoreName, place }: PresentCluster,
): Promise<Place | undefined> {
  if (objectStoreName === undefined) return place;
  const path = `/apis/barmancloud.cnpg.io/v1/namespaces/${namespace}/objectstores/${encodeURIComponent(objectStoreName)}`;
  const found = objectStore.safeParse(await getOrUndefined(cluster, path)).data?.spec.configuration;
  return found && { destinationPath: found.destinationPath, endpoint: found.endpointURL };
}
