import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient, statusOf } from "../kube-api.ts";
import { type ClusterResource, readCluster } from "./cluster-resource.ts";
import { errorLines } from "./log-lines.ts";
import { type Job, type Pod, jobList, podList } from "./workload.ts";

/** One look at a database: its Cluster, and what the operator made for it. */
export interface Look {
  resource: ClusterResource;
  pods: Pod[];

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
  const { BatchV1Api, CoreV1Api } = await kubernetesClient();
  const database = { namespace, labelSelector: `cnpg.io/cluster=${name}` };
  const [resource, { items: pods }, { items: jobs }] = await Promise.all([
    readCluster(configuration, namespace, name),
    new CoreV1Api(configuration)
      .listNamespacedPod(database)
      .catch(noneIfForbidden)
      .then((list) => podList.parse(list)),
    new BatchV1Api(configuration)
      .listNamespacedJob(database)
      .catch(noneIfForbidden)
      .then((list) => jobList.parse(list)),
  ]);
  const failing = jobs.filter(({ status }) => status.failed > 0 && status.succeeded === 0);
  return {
    resource,
    pods,
    jobs: await Promise.all(failing.map((job) => failingJob(configuration, job, pods))),
  };
}

/** Who may read a Cluster, but not its pods, still learns whether it is ready. */
function noneIfForbidden(error: unknown): { items: [] } {
  if (statusOf(error) === 403) return { items: [] };
  throw error;
}

async function failingJob(configuration: Configuration, job: Job, pods: Pod[]): Promise<FailingJob> {
  const { name } = job.metadata;
  const last = pods
    .filter(({ metadata, status }) => metadata.labels?.["job-name"] === name && status.phase === "Failed")
    .sort((a, b) => createdAt(a) - createdAt(b))
    .at(-1);
  return {
    name,
    failedPods: job.status.failed,
    isOver: job.status.conditions.some(({ type, status }) => type === "Failed" && status === "True"),
    errors: last ? await podErrors(configuration, last) : [],
  };
}

const createdAt = ({ metadata }: Pod): number => metadata.creationTimestamp?.getTime() ?? 0;

/** The error lines in the logs of all containers of a pod, the sidecars first, since they know the cause. */
export async function podErrors(configuration: Configuration, { metadata, spec }: Pod): Promise<string[]> {
  const { CoreV1Api } = await kubernetesClient();
  const containers = [...spec.initContainers, ...spec.containers];
  const logs = await Promise.all(
    containers.map(async ({ name: container }) => {
      const log = await new CoreV1Api(configuration)
        .readNamespacedPodLog({
          namespace: metadata.namespace,
          name: metadata.name,
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
