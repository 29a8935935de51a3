import { z } from "zod";

import { type ClusterArgs, getOrUndefined } from "../cluster.ts";
import type { PresentCluster } from "./live-cluster.ts";

const objectStore = z.object({
  spec: z.object({
    configuration: z.object({ destinationPath: z.string(), endpointURL: z.string().optional() }),
  }),
});

export interface Place {
  /** Barman's `destinationPath`. */
  destinationPath: string;

  /** URL of the store; none: Amazon's. */
  endpoint: string | undefined;
}

/** Where a running Cluster archives to; undefined: it has no backups, or there is no answer. */
export async function archivePlace(
  cluster: ClusterArgs,
  { namespace, objectStoreName, destinationPath, endpoint }: PresentCluster,
): Promise<Place | undefined> {
  if (objectStoreName === undefined) {
    return destinationPath === undefined ? undefined : { destinationPath, endpoint };
  }
  const path = `/apis/barmancloud.cnpg.io/v1/namespaces/${namespace}/objectstores/${encodeURIComponent(objectStoreName)}`;
  const found = objectStore.safeParse(await getOrUndefined(cluster, path)).data?.spec.configuration;
  return found && { destinationPath: found.destinationPath, endpoint: found.endpointURL };
}
