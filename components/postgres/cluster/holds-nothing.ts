import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient } from "../../kubernetes/api.ts";
import type { ClusterResource } from "./cluster-resource.ts";
import { type Claim, claimList } from "./pods-and-jobs.ts";

/**
 * Whether a Cluster certainly has no data: it never had an instance, and no data volume of its name was ever filled to the
 * end. A status alone does not tell, for a Cluster that was made anew over volumes that were kept has none yet. No where
 * Kubernetes does not say.
 */
export async function holdsNothing(
  configuration: Configuration,
  resource: ClusterResource,
): Promise<boolean> {
  if (!neverHadInstance(resource)) return false;
  const { namespace, name } = resource.metadata;
  const { CoreV1Api } = await kubernetesClient();
  return new CoreV1Api(configuration)
    .listNamespacedPersistentVolumeClaim({ namespace, labelSelector: `cnpg.io/cluster=${name}` })
    .then((list) => claimList.parse(list).items.every(isUnfinished))
    .catch(() => false);
}

/** By what instances leave in the status of their Cluster, whatever its spec says of how it began. */
export function neverHadInstance({ status }: ClusterResource): boolean {
  const { currentPrimary = "", systemID = "", pgDataImageInfo, readyInstances = 0 } = status;
  return currentPrimary === "" && systemID === "" && pgDataImageInfo === undefined && readyInstances === 0;
}

/** Other volumes are marked as ready from the beginning; those of PostgreSQL's data once a Job has filled them. */
function isUnfinished({ metadata: { labels, annotations } }: Claim): boolean {
  const role = labels?.["cnpg.io/pvcRole"];
  if (role === "PG_WAL" || role === "PG_TABLESPACE") return true;
  return annotations?.["cnpg.io/pvcStatus"] === "initializing";
}
