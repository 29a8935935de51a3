import { z } from "zod";

import { type ClusterArgs, getOrUndefined } from "../cluster.ts";
import type { PresentCluster } from "./live-cluster.ts";

const objectStore = z.object({
  spec: z.object({ configuration: z.object({ destinationPath: z.string() }) }),
});

/** The `destinationPath` to which a running Cluster archives; undefined: it has no backups, or there is no answer. */
export async function archivePlace(
  cluster: ClusterArgs,
  { namespace, objectStoreName, destinationPath }: PresentCluster,
): Promise<string | undefined> {
  if (objectStoreName === undefined) return destinationPath;
  const path = `/apis/barmancloud.cnpg.io/v1/namespaces/${namespace}/objectstores/${encodeURIComponent(objectStoreName)}`;
  return objectStore.safeParse(await getOrUndefined(cluster, path)).data?.spec.configuration.destinationPath;
}
