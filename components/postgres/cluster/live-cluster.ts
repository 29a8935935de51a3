import { getIfThere } from "../../kubernetes/questions.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import type { ObjectName } from "../../kubernetes/named.ts";
import { apiPathOf } from "../../crds/schema.ts";
import { restOf } from "./hibernation.ts";
import { type ClusterResource, clusterResource } from "./cluster-resource.ts";
import { type ClusterFacts, factsOf } from "./facts.ts";
import { type RecoveryMark, markOf } from "../recovery/mark.ts";
import { postgresMajorOf } from "./postgres-major.ts";

/** A Cluster as it is in Kubernetes now. `unknown`: not asked, or no answer, for the reason that `why` gives. */
export type LiveCluster = { state: "absent" } | { state: "unknown"; why?: unknown } | PresentCluster;

export interface PresentCluster extends ClusterFacts {
  state: "present";
  namespace: string;
  name: string;

  /** Whether it is on its way out: deleted, and not gone yet. */
  isBeingDeleted: boolean;

  /** Whether it is hibernated or fenced, so that PostgreSQL does not answer. */
  isAtRest?: boolean | undefined;

  /** Kubernetes' count of changes to its spec. */
  generation?: number | undefined;

  /** When it was made. */
  madeAt?: Date | undefined;

  /** Whether it has all that it was recovered from, once that was told. */
  recoveryMark?: RecoveryMark | undefined;

  /** Whether it certainly has no data, since it never had an instance. Default: it may have some. */
  holdsNothing?: boolean | undefined;

  /** The instance that takes writes. */
  primary?: string | undefined;

  /** PostgreSQL's identifier of its data since initdb; a recovered database keeps that of its source. */
  systemId?: string | undefined;

  /** Major version of PostgreSQL that its data is of, as the operator says, or else as the image's tag does. */
  postgresMajor?: number | undefined;
}

/** The Cluster of a name; `absent` also where Kubernetes has no CloudNativePG. */
export async function liveCluster(
  kubernetes: KubernetesArgs,
  of: ObjectName,
  timeoutMs = 10_000,
): Promise<LiveCluster> {
  try {
    const resource = await findCluster(kubernetes, of, timeoutMs);
    return resource ? presentCluster(resource) : { state: "absent" };
  } catch (error) {
    return { state: "unknown", why: error };
  }
}

/** Undefined where there is none of that name, or no CloudNativePG. Throws without an answer. */
export const findCluster = (
  kubernetes: KubernetesArgs,
  of: ObjectName,
  timeoutMs = 10_000,
): Promise<ClusterResource | undefined> =>
  getIfThere(kubernetes, apiPathOf("Cluster", of), clusterResource, timeoutMs);

/** What matters of a Cluster here. */
export function presentCluster(resource: ClusterResource): PresentCluster {
  const { metadata, spec, status } = resource;
  const facts = factsOf(metadata.name, spec);
  const imageName = spec.imageName ?? status.image;
  return {
    state: "present",
    namespace: metadata.namespace,
    name: metadata.name,
    isBeingDeleted: metadata.deletionTimestamp !== undefined,
    isAtRest: restOf(resource) !== undefined,
    generation: metadata.generation,
    ...facts,
    imageName,
    postgresMajor: status.pgDataImageInfo?.majorVersion ?? facts.majorAskedFor ?? postgresMajorOf(imageName),
    madeAt: metadata.creationTimestamp === undefined ? undefined : new Date(metadata.creationTimestamp),
    recoveryMark: markOf(metadata.annotations),
    primary: status.currentPrimary,
    systemId: status.systemID,
  };
}
