import { BatchV1Api, type Configuration, CoreV1Api, type V1Job, type V1Pod } from "@kubernetes/client-node";

import { statusOf } from "../kube-api.ts";
import { type ClusterResource, readCluster } from "./cluster-resource.ts";
import { errorLines } from "./log-lines.ts";

/** One look at a database: its Cluster, and what the operator made for it. */
export interface Look {
  resource: ClusterResource;
  pods: V1Pod[];

  /** The Jobs that create instances; the operator deletes them once all instances are there. */
  jobs: FailingJob[];
}

export interface FailingJob {
  name: string;
  failedPods: number;

  /** Whether Kubernetes gave the Job up. */
  isOver: boolean;

  /** The error lines of its last failed pod, `container: line`. */
  errors: string[];
}

export async function lookAt(configuration: Configuration, namespace: string, name: string): Promise<Look> {
  const labelSelector = `cnpg.io/cluster=${name}`;
  const [resource, pods, jobs] = await Promise.all([
    readCluster(configuration, namespace, name),
    new CoreV1Api(configuration).listNamespacedPod({ namespace, labelSelector }).catch(noneIfForbidden),
    new BatchV1Api(configuration).listNamespacedJob({ namespace, labelSelector }).catch(noneIfForbidden),
  ]);
  const failing = jobs.items.filter(
    ({ status }) => (status?.failed ?? 0) > 0 && (status?.succeeded ?? 0) === 0,
  );
  return {
    resource,
    pods: pods.items,
    jobs: await Promise.all(failing.map((job) => failingJob(configuration, job, pods.items))),
  };
}

/** Who may read a Cluster, but not its pods, still learns whether it is ready. */
function noneIfForbidden(error: unknown): { items: [] } {
  if (statusOf(error) === 403) return { items: [] };
  throw error;
}

async function failingJob(configuration: Configuration, job: V1Job, pods: V1Pod[]): Promise<FailingJob> {
  const name = job.metadata?.name ?? "";
  const failed = pods
    .filter(({ metadata, status }) => metadata?.labels?.["job-name"] === name && status?.phase === "Failed")
    .sort((a, b) => createdAt(a) - createdAt(b));
  const last = failed.at(-1);
  return {
    name,
    failedPods: job.status?.failed ?? 0,
    isOver:
      job.status?.conditions?.some(({ type, status }) => type === "Failed" && status === "True") ?? false,
    errors: last ? await podErrors(configuration, last) : [],
  };
}

const createdAt = ({ metadata }: V1Pod): number => metadata?.creationTimestamp?.getTime() ?? 0;

/** The error lines in the logs of all containers of a pod, the sidecars first, since they know the cause. */
export async function podErrors(configuration: Configuration, { metadata, spec }: V1Pod): Promise<string[]> {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const logs = await Promise.all(
    containers.map(async ({ name: container }) => {
      const log = await new CoreV1Api(configuration)
        .readNamespacedPodLog({
          namespace: metadata?.namespace ?? "",
          name: metadata?.name ?? "",
          container,
          tailLines: 500,
          limitBytes: 512 * 1024,
        })
        // A container that never ran has no log, and reading logs may not be allowed.
        .catch(() => "");
      return errorLines(log).map((line) => `${container}: ${line}`);
    }),
  );
  return logs.flat();
}
