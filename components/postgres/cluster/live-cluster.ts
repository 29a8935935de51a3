import { z } from "zod";

import { type KubernetesArgs, getIfThere } from "../../kubernetes/questions.ts";
import { withDeadline } from "../../kubernetes/api.ts";
import { configurationFor } from "../../kubernetes/client.ts";
import { apiVersions, apiPathOf } from "../../crds/schema.ts";
import { restOf } from "./hibernation.ts";
import { type ClusterResource, type Place, clusterResource, lineageOf } from "./cluster-resource.ts";
import { holdsNothing, neverHadInstance } from "./holds-nothing.ts";
import { type RecoveryMark, markOf } from "../recovery/mark.ts";
import { majorAskedFor, postgresMajorOf } from "./postgres-major.ts";
import { type Start, startOf } from "./bootstrap.ts";
import { classOf } from "../preflight/volumes.ts";

/** A Cluster as it is in Kubernetes now. `unknown`: no answer in time, or not to us, for the reason that `why` gives. */
export type LiveCluster = { state: "absent" } | { state: "unknown"; why?: unknown } | PresentCluster;

export interface PresentCluster {
  state: "present";
  namespace: string;
  name: string;

  /** Whether it is on its way out: deleted, and not gone yet. */
  isBeingDeleted: boolean;

  /** Whether somebody has hibernated or fenced it, so that PostgreSQL does not answer. */
  isAtRest?: boolean | undefined;

  /** Kubernetes' count of changes to its spec. */
  generation?: number | undefined;
  instances: number;

  /** Kubernetes quantity. */
  storageSize?: string | undefined;

  /** That of the data volume; none: the default one. */
  storageClass?: string | undefined;

  /** Kubernetes quantity; none: WAL is on the data volume. */
  walStorageSize?: string | undefined;

  /** The name under which it archives now, given or by default; none: no backups. */
  serverName?: string | undefined;
  method?: "plugin" | "barmanObjectStore" | undefined;

  /** Plugin: the ObjectStore that it archives to. */
  objectStoreName?: string | undefined;

  /** In-tree: where it archives to. */
  place?: Place | undefined;

  /** When it was made. */
  madeAt?: Date | undefined;

  /** Whether it has all that it was recovered from, once that was told. */
  recoveryMark?: RecoveryMark | undefined;

  /** Whether it certainly has no data, since it never had an instance. Default: it may have some. */
  holdsNothing?: boolean | undefined;

  /** What it began with, where that can be told. */
  start?: Start | undefined;

  /** The instance that takes writes. */
  primary?: string | undefined;

  /** PostgreSQL's identifier of its data since initdb; a recovered database keeps that of its source. */
  systemId?: string | undefined;
  imageName?: string | undefined;

  /** Major version of PostgreSQL that its data is of, as the operator says, or else as the image's tag does. */
  postgresMajor?: number | undefined;

  /** Major version that its spec asks for: a newer one than that of its data until pg_upgrade has ended. */
  majorAskedFor?: number | undefined;
}

/** The Cluster of a name; `absent` also where the cluster has no CloudNativePG. */
export async function liveCluster(
  cluster: KubernetesArgs,
  namespace: string,
  name: string,
  timeoutMs = 10_000,
): Promise<LiveCluster> {
  try {
    const resource = await getIfThere(
      cluster,
      apiPathOf("Cluster", { namespace, name }),
      clusterResource,
      timeoutMs,
    );
    if (!resource) return { state: "absent" };
    return { ...presentCluster(resource), ...((await isEmpty(cluster, resource)) && { holdsNothing: true }) };
  } catch (error) {
    return { state: "unknown", why: error };
  }
}

/** No where Kubernetes does not say. */
async function isEmpty(cluster: KubernetesArgs, resource: ClusterResource): Promise<boolean> {
  if (!neverHadInstance(resource)) return false;
  const ask = async (deadline: AbortSignal): Promise<boolean> =>
    holdsNothing(await configurationFor(cluster, deadline), resource);
  return withDeadline(10_000, ask).catch(() => false);
}

/** As {@link liveCluster}; throws if the cluster does not tell. */
export async function findCluster(
  cluster: KubernetesArgs,
  namespace: string,
  name: string,
  timeoutMs = 10_000,
): Promise<Exclude<LiveCluster, { state: "unknown" }>> {
  const found = await getIfThere(
    cluster,
    apiPathOf("Cluster", { namespace, name }),
    clusterResource,
    timeoutMs,
  );
  return found ? presentCluster(found) : { state: "absent" };
}

const clusterList = z.object({ items: z.array(clusterResource) });

/**
 * The Clusters that a label selector means, for example `app.kubernetes.io/managed-by=x`, in one namespace or in all.
 * Throws if the cluster does not tell.
 */
export async function clustersOf(
  cluster: KubernetesArgs,
  labelSelector: string,
  namespace?: string,
): Promise<PresentCluster[]> {
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const path = `/apis/${apiVersions.Cluster}${within}/clusters?labelSelector=${encodeURIComponent(labelSelector)}`;
  const found = await getIfThere(cluster, path, clusterList);
  return (found?.items ?? []).map(presentCluster);
}

/** What matters of a Cluster here. */
export function presentCluster(resource: ClusterResource): PresentCluster {
  const { metadata, spec, status } = resource;
  const imageName = spec.imageName ?? status.image;
  const asked = majorAskedFor(spec);
  return {
    state: "present",
    namespace: metadata.namespace,
    name: metadata.name,
    isBeingDeleted: metadata.deletionTimestamp !== undefined,
    isAtRest: restOf(resource) !== undefined,
    generation: metadata.generation,
    instances: spec.instances,
    storageSize: spec.storage?.size,
    storageClass: classOf(spec.storage),
    walStorageSize: spec.walStorage?.size,
    imageName,
    postgresMajor: status.pgDataImageInfo?.majorVersion ?? asked ?? postgresMajorOf(imageName),
    majorAskedFor: asked,
    ...lineageOf(resource),
    madeAt: metadata.creationTimestamp === undefined ? undefined : new Date(metadata.creationTimestamp),
    recoveryMark: markOf(metadata.annotations),
    start: startOf(spec),
    primary: status.currentPrimary,
    systemId: status.systemID,
  };
}
