import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient } from "../kube-api.ts";
import type { ClusterResource } from "./cluster-resource.ts";
import type { Look } from "./look.ts";
import { type Job, type Pod, jobOf } from "./workload.ts";

/**
 * Deletes the Jobs of {@link staleJobs}, as a person would have to: the operator keeps a Job that it has begun, whatever
 * becomes of the Cluster, and makes a new one once that is gone. Where it may not be deleted, the obstacle stays.
 */
export async function endStaleJobs(
  configuration: Configuration,
  { resource, staleJobs: names = [] }: Look,
): Promise<void> {
  if (names.length === 0) return;
  const { BatchV1Api } = await kubernetesClient();
  const { namespace } = resource.metadata;
  const batch = new BatchV1Api(configuration);
  await Promise.all(
    names.map((name) =>
      batch.deleteNamespacedJob({ name, namespace, propagationPolicy: "Background" }).catch(() => undefined),
    ),
  );
}

/** Jobs that fill a volume from nothing or from elsewhere: another one begins anew. No such Job has what pg_upgrade has. */
const roles = new Set(["initdb", "import", "pgbasebackup", "full-recovery", "snapshot-recovery", "join"]);

/** Jobs that were made before the Cluster's spec was changed, have not succeeded, and of which nothing runs. */
export function staleJobs({ metadata }: ClusterResource, jobs: Job[], pods: Pod[]): string[] {
  const changedAt = metadata.managedFields
    ?.filter(({ subresource, fieldsV1 }) => subresource === undefined && fieldsV1?.["f:spec"] !== undefined)
    .map(({ time }) => Date.parse(time ?? ""))
    .filter((time) => !Number.isNaN(time))
    .reduce((latest, time) => Math.max(latest, time), 0);
  if (changedAt === undefined) return [];
  return jobs
    .filter(
      ({ metadata: { labels, creationTimestamp }, status }) =>
        roles.has(labels?.["cnpg.io/jobRole"] ?? "") &&
        status.succeeded === 0 &&
        (creationTimestamp?.getTime() ?? Infinity) < changedAt,
    )
    .filter((job) => !isJobAtWork(job, pods))
    .map((job) => job.metadata.name);
}

/** Also where not all of its pods may be seen. */
function isJobAtWork({ metadata, status }: Job, pods: Pod[]): boolean {
  const own = pods.filter((pod) => jobOf(pod) === metadata.name && !isOver(pod));
  return own.length < status.active || own.some(isAtWork);
}

const isOver = ({ status: { phase } }: Pod): boolean => phase === "Failed" || phase === "Succeeded";

/** Whether a container of a pod runs, or has run and others are to come. */
function isAtWork({ status }: Pod): boolean {
  const containers = [...status.initContainerStatuses, ...status.containerStatuses];
  return status.phase === "Running" || containers.some(({ state }) => state?.running !== undefined);
}
