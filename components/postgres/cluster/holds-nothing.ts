import type { ClusterResource } from "./cluster-resource.ts";

interface LabelledClaim {
  metadata: { labels?: Record<string, string> | undefined; annotations?: Record<string, string> | undefined };
}

/**
 * Whether a Cluster certainly has no data: it never had an instance, and no data volume of its name was ever filled to the
 * end. A status alone does not tell, for a Cluster that was made anew over volumes that were kept has none yet.
 * @param claims those of its name; undefined where Kubernetes does not say, and then it may have some
 */
export const holdsNothing = (
  resource: ClusterResource,
  claims: readonly LabelledClaim[] | undefined,
): boolean => neverHadInstance(resource) && claims?.every(isUnfinished) === true;

/** By what instances leave in the status of their Cluster, whatever its spec says of how it began. */
function neverHadInstance({ status }: ClusterResource): boolean {
  const { currentPrimary = "", systemID = "", pgDataImageInfo, readyInstances = 0 } = status;
  return currentPrimary === "" && systemID === "" && pgDataImageInfo === undefined && readyInstances === 0;
}

/** Other volumes are marked as ready from the beginning; those of PostgreSQL's data once a Job has filled them. */
function isUnfinished({ metadata: { labels, annotations } }: LabelledClaim): boolean {
  const role = labels?.["cnpg.io/pvcRole"];
  if (role === "PG_WAL" || role === "PG_TABLESPACE") return true;
  return annotations?.["cnpg.io/pvcStatus"] === "initializing";
}
