import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient } from "../../kubernetes/api.ts";
import type { ClusterResource } from "../cluster/cluster-resource.ts";
import type { Look } from "./look.ts";
import { type Job, type Pod, jobOf } from "../cluster/pods-and-jobs.ts";

/**
 * A look without the Jobs that are of before, which it deletes, as a person would have to: the operator keeps a Job that it
 * has begun, whatever becomes of the Cluster, and makes a new one once that is gone. Those are the Jobs of
 * {@link staleJobs}, and at the first look of an update those that have failed, for what was in their way may have been
 * mended outside of the Cluster since. Where one may not be deleted, the obstacle stays.
 */
export async function withoutStaleJobs(
  configuration: Configuration,
  look: Look,
  isFirstOfUpdate: boolean,
): Promise<Look> {
  const { staleJobs: stale = [], failedJobs: failed = [] } = look;
  const names = [...new Set([...stale, ...(isFirstOfUpdate ? failed : [])])];
  if (names.length === 0) return look;
  const { BatchV1Api } = await kubernetesClient();
  const { namespace } = look.resource.metadata;
  const batch = new BatchV1Api(configuration);
  const ended = await Promise.all(
    names.map((name) =>
      batch.deleteNamespacedJob({ name, namespace, propagationPolicy: "Background" }).then(
        () => name,
        () => undefined,
      ),
    ),
  );
  return withoutJobs(look, new Set(ended.filter((name) => name !== undefined)));
}

function withoutJobs(look: Look, names: ReadonlySet<string>): Look {
  const own = new Set(
    look.pods.filter((pod) => names.has(jobOf(pod) ?? "")).map(({ metadata }) => metadata.name),
  );
  return {
    ...look,
    jobs: look.jobs.filter(({ name }) => !names.has(name)),
    pods: look.pods.filter(({ metadata }) => !own.has(metadata.name)),
    heldUp: (look.heldUp ?? []).filter(({ name }) => !names.has(name) && !own.has(name)),
  };
}

/** Jobs that fill a volume from nothing or from elsewhere: another one begins anew. No such Job has what pg_upgrade has. */
const roles = new Set(["initdb", "import", "pgbasebackup", "full-recovery", "snapshot-recovery", "join"]);

/** Jobs that fill a volume, have failed, and of which nothing runs. */
export const failedJobs = (jobs: Job[], pods: Pod[]): string[] =>
  unfinished(jobs, pods)
    .filter(({ status }) => status.failed > 0)
    .map((job) => job.metadata.name);

/** Jobs that were made before the Cluster's spec was changed, have not succeeded, and of which nothing runs. */
export function staleJobs({ metadata }: ClusterResource, jobs: Job[], pods: Pod[]): string[] {
  const changedAt = metadata.managedFields
    ?.filter(({ subresource, fieldsV1 }) => subresource === undefined && fieldsV1?.["f:spec"] !== undefined)
    .map(({ time }) => Date.parse(time ?? ""))
    .filter((time) => !Number.isNaN(time))
    .reduce((latest, time) => Math.max(latest, time), 0);
  if (changedAt === undefined) return [];
  return unfinished(jobs, pods)
    .filter((job) => (job.metadata.creationTimestamp?.getTime() ?? Infinity) < changedAt)
    .map((job) => job.metadata.name);
}

const unfinished = (jobs: Job[], pods: Pod[]): Job[] =>
  jobs.filter(
    (job) =>
      roles.has(job.metadata.labels?.["cnpg.io/jobRole"] ?? "") &&
      job.status.succeeded === 0 &&
      !isJobAtWork(job, pods),
  );

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
