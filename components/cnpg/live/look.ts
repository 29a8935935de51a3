import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient, statusOf } from "../kube-api.ts";
import { type ClusterResource, readCluster } from "./cluster-resource.ts";
import { errorLines } from "./log-lines.ts";
import { type ReplayLog, replayLog } from "./replay-log.ts";
import { type Job, type Pod, jobList, podList } from "./workload.ts";

/** One look at a database: its Cluster, and what the operator made for it. */
export interface Look {
  resource: ClusterResource;
  pods: Pod[];

  /** The Jobs that create instances; the operator deletes them once all instances are there. */
  jobs: FailingJob[];

  /** The recovery that runs, if one does. */
  recovery?: RunningRecovery | undefined;
}

export interface RunningRecovery {
  job: string;
  log: ReplayLog;
}

export interface FailingJob {
  name: string;
  failedPods: number;

  /** Whether Kubernetes gave the Job up. */
  isOver: boolean;

  /** The error lines of its last failed pod, `container: line`. */
  errors: string[];

  /** What PostgreSQL said there of a recovery. */
  log?: ReplayLog | undefined;
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
    recovery: await runningRecovery(configuration, pods),
  };
}

const jobName = ({ metadata }: Pod): string | undefined => metadata.labels?.["job-name"];

/** The operator names the Jobs of a recovery so: from an archive, or from a snapshot of a volume. */
const isRecovery = (pod: Pod): boolean => /-\d+-(full|snapshot)-recovery$/.test(jobName(pod) ?? "");

async function runningRecovery(
  configuration: Configuration,
  pods: readonly Pod[],
): Promise<RunningRecovery | undefined> {
  const pod = pods.find((each) => isRecovery(each) && each.status.phase === "Running");
  if (pod === undefined) return undefined;
  const logs = await podLogs(configuration, pod);
  return { job: jobName(pod) ?? "", log: replayLog(logs.map(({ log }) => log).join("\n")) };
}

/** Who may read a Cluster, but not its pods, still learns whether it is ready. */
function noneIfForbidden(error: unknown): { items: [] } {
  if (statusOf(error) === 403) return { items: [] };
  throw error;
}

async function failingJob(configuration: Configuration, job: Job, pods: Pod[]): Promise<FailingJob> {
  const { name } = job.metadata;
  const last = pods
    .filter((pod) => jobName(pod) === name && pod.status.phase === "Failed")
    .sort((a, b) => createdAt(a) - createdAt(b))
    .at(-1);
  const logs = last ? await podLogs(configuration, last) : [];
  return {
    name,
    failedPods: job.status.failed,
    isOver: job.status.conditions.some(({ type, status }) => type === "Failed" && status === "True"),
    errors: errorsIn(logs),
    ...(last && isRecovery(last) && { log: replayLog(logs.map(({ log }) => log).join("\n")) }),
  };
}

const createdAt = ({ metadata }: Pod): number => metadata.creationTimestamp?.getTime() ?? 0;

/** The error lines in the logs of all containers of a pod, the sidecars first, since they know the cause. */
export async function podErrors(configuration: Configuration, pod: Pod): Promise<string[]> {
  return errorsIn(await podLogs(configuration, pod));
}

interface ContainerLog {
  container: string;
  log: string;
}

const errorsIn = (logs: readonly ContainerLog[]): string[] =>
  logs.flatMap(({ container, log }) => errorLines(log).map((line) => `${container}: ${line}`));

async function podLogs(configuration: Configuration, { metadata, spec }: Pod): Promise<ContainerLog[]> {
  const { CoreV1Api } = await kubernetesClient();
  const core = new CoreV1Api(configuration);
  return Promise.all(
    [...spec.initContainers, ...spec.containers].map(async ({ name: container }) => {
      const { namespace, name } = metadata;
      const log = await core
        .readNamespacedPodLog({ namespace, name, container, tailLines: 500, limitBytes: 512 * 1024 })
        // A container that never ran has no log, and reading logs may not be allowed.
        .catch(() => "");
      return { container, log };
    }),
  );
}
