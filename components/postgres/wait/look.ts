import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient, statusOf } from "../../kubernetes/api.ts";
import { type ClusterResource, readCluster } from "../cluster/cluster-resource.ts";
import { type FailedStart, isNotRunning } from "./failed-start.ts";
import { type HeldUp, heldUp } from "./held-up.ts";
import { instancesOf } from "../cluster/instances.ts";
import { errorLines, ofLastStart } from "./log-lines.ts";
import { type ComingBack, mayNodeComeBack } from "./nodes.ts";
import { type OperatorError, operatorError } from "./operator-log.ts";
import { type ReplayLog, replayLog } from "./replay-log.ts";
import { failedJobs, staleJobs } from "./stale-jobs.ts";
import { type Job, type Pod, claimList, jobList, jobOf, podList } from "../cluster/pods-and-jobs.ts";

/** One look at a database: its Cluster, and what the operator made for it. */
export interface Look {
  resource: ClusterResource;
  pods: Pod[];

  /** The Jobs that create instances; the operator deletes them once all instances are there. */
  jobs: FailingJob[];

  /** The recovery that runs, if one does. */
  recovery?: RunningRecovery | undefined;

  /** What was made for it and gets no further. */
  heldUp?: HeldUp[];

  /** Where a pod fits on no node: whether one that takes no pods now may do so by itself. */
  mayNodeComeBack?: ComingBack | undefined;

  /** Instances in which PostgreSQL does not run. */
  starts?: FailedStart[];

  /** What the operator's log says last of it, where nothing is under way. */
  operatorError?: OperatorError | undefined;

  /** Jobs of before the last change of the Cluster's spec, of which nothing runs. */
  staleJobs?: string[];

  /** Jobs that have failed, and of which nothing runs. */
  failedJobs?: string[];
}

export interface RunningRecovery {
  job: string;
  log: ReplayLog;
}

export interface FailingJob {
  name: string;

  /** What the operator has it for: `initdb`, `full-recovery`, `join`, `major-upgrade`… */
  role?: string | undefined;
  failedPods: number;

  /** Whether Kubernetes gave the Job up. */
  isOver: boolean;

  /** The error lines of its last failed pod, `container: line`. */
  errors: string[];

  /** What PostgreSQL said there of a recovery. */
  log?: ReplayLog | undefined;
}

/** How far back the logs of a database count, in seconds; undefined: as far as there are any. */
export type LogSeconds = (resource: ClusterResource) => number | undefined;

export async function lookAt(
  configuration: Configuration,
  namespace: string,
  name: string,
  logSeconds: LogSeconds = () => undefined,
): Promise<Look> {
  const { BatchV1Api, CoreV1Api } = await kubernetesClient();
  const database = { namespace, labelSelector: `cnpg.io/cluster=${name}` };
  const core = new CoreV1Api(configuration);
  const [resource, { items: pods }, { items: jobs }, { items: claims }] = await Promise.all([
    readCluster(configuration, namespace, name),
    core
      .listNamespacedPod(database)
      .catch(noneIfForbidden)
      .then((list) => podList.parse(list)),
    new BatchV1Api(configuration)
      .listNamespacedJob(database)
      .catch(noneIfForbidden)
      .then((list) => jobList.parse(list)),
    core
      .listNamespacedPersistentVolumeClaim(database)
      .then((list) => claimList.parse(list))
      .catch(() => ({ items: [] })),
  ]);
  const sinceSeconds = logSeconds(resource);
  const failing = jobs.filter(({ status }) => status.failed > 0 && status.succeeded === 0);
  return {
    resource,
    pods,
    jobs: await Promise.all(failing.map((job) => failingJob(configuration, job, pods))),
    recovery: await runningRecovery(configuration, pods),
    heldUp: await heldUp(configuration, { jobs, pods, claims }),
    mayNodeComeBack: await mayNodeComeBack(configuration, pods),
    starts: await failedStarts(configuration, pods, sinceSeconds),
    staleJobs: staleJobs(resource, jobs, pods),
    failedJobs: failedJobs(jobs, pods),
    ...(isNothingUnderWay(resource, jobs, pods) && {
      operatorError: await operatorError(configuration, { namespace, name }, sinceSeconds ?? aWhile),
    }),
  };
}

/** For how long what the operator has said still counts: it repeats itself, in the end each quarter of an hour. */
const aWhile = 1_200;

/** Neither are all instances there, nor is one being made. */
function isNothingUnderWay({ spec, metadata }: ClusterResource, jobs: Job[], pods: Pod[]): boolean {
  if (metadata.deletionTimestamp !== undefined || instancesOf(pods).length >= spec.instances) return false;
  return jobs.every(({ status }) => status.succeeded > 0);
}

async function failedStarts(
  configuration: Configuration,
  pods: Pod[],
  sinceSeconds: number | undefined,
): Promise<FailedStart[]> {
  const starts = instancesOf(pods)
    .filter(isNotRunning)
    .map(async (pod): Promise<FailedStart> => {
      const name = pod.metadata.name;
      const errors = await startErrors(configuration, pod, sinceSeconds);
      const isBackingOff = pod.status.containerStatuses.some(({ state }) => state?.waiting !== undefined);
      if (errors.length > 0 || sinceSeconds === undefined) return { pod: name, errors, isBackingOff };
      return { pod: name, errors: await startErrors(configuration, pod), isOfBefore: true };
    });
  return Promise.all(starts);
}

/** Those of the container of before, too, for the one of now may have just begun. */
async function startErrors(configuration: Configuration, pod: Pod, sinceSeconds?: number): Promise<string[]> {
  const wanted = { sinceSeconds, container: "postgres" };
  const hasRestarted = pod.status.containerStatuses.some(({ restartCount = 0 }) => restartCount > 0);
  const [before, now] = await Promise.all([
    hasRestarted ? podLogs(configuration, pod, { ...wanted, previous: true }) : [],
    podLogs(configuration, pod, wanted),
  ]);
  // One after the other: what failed in the container of before is over once the one of now has started.
  const log = [...before, ...now].map((part) => part.log).join("\n");
  return errorsIn([{ container: "postgres", log: ofLastStart(log) }]);
}

/** The operator names the Jobs of a recovery so: from an archive, or from a snapshot of a volume. */
const isRecovery = (pod: Pod): boolean => /-\d+-(full|snapshot)-recovery$/.test(jobOf(pod) ?? "");

async function runningRecovery(
  configuration: Configuration,
  pods: readonly Pod[],
): Promise<RunningRecovery | undefined> {
  const pod = pods.find((each) => isRecovery(each) && each.status.phase === "Running");
  if (pod === undefined) return undefined;
  const logs = await podLogs(configuration, pod);
  return { job: jobOf(pod) ?? "", log: replayLog(logs.map(({ log }) => log).join("\n")) };
}

/** Who may read a Cluster, but not its pods, still learns whether it is ready. */
function noneIfForbidden(error: unknown): { items: [] } {
  if (statusOf(error) === 403) return { items: [] };
  throw error;
}

async function failingJob(configuration: Configuration, job: Job, pods: Pod[]): Promise<FailingJob> {
  const { name } = job.metadata;
  const last = pods
    .filter((pod) => jobOf(pod) === name && pod.status.phase === "Failed")
    .sort((a, b) => createdAt(a) - createdAt(b))
    .at(-1);
  const logs = last ? await podLogs(configuration, last) : [];
  return {
    name,
    role: job.metadata.labels?.["cnpg.io/jobRole"],
    failedPods: job.status.failed,
    isOver: job.status.conditions.some(({ type, status }) => type === "Failed" && status === "True"),
    errors: errorsIn(logs),
    ...(last && isRecovery(last) && { log: replayLog(logs.map(({ log }) => log).join("\n")) }),
  };
}

const createdAt = ({ metadata }: Pod): number => metadata.creationTimestamp?.getTime() ?? 0;

/** The error lines in the logs of all containers of a pod, the sidecars first, since they know the cause. */
export async function podErrors(
  configuration: Configuration,
  pod: Pod,
  sinceSeconds?: number,
): Promise<string[]> {
  return errorsIn(await podLogs(configuration, pod, { sinceSeconds }));
}

interface ContainerLog {
  container: string;
  log: string;
}

const errorsIn = (logs: readonly ContainerLog[]): string[] =>
  logs.flatMap(({ container, log }) => errorLines(log).map((line) => `${container}: ${line}`));

interface Wanted {
  /** Default: all of them. */
  container?: string;
  sinceSeconds?: number | undefined;

  /** The container that ran before the one of now. */
  previous?: boolean;
}

export async function podLogs(
  configuration: Configuration,
  { metadata: { namespace, name }, spec }: Pod,
  { container: only, sinceSeconds, previous = false }: Wanted = {},
): Promise<ContainerLog[]> {
  const { CoreV1Api } = await kubernetesClient();
  const core = new CoreV1Api(configuration);
  const names = [...spec.initContainers, ...spec.containers].map((container) => container.name);
  const limits = { tailLines: 500, limitBytes: 512 * 1024, previous, ...(sinceSeconds && { sinceSeconds }) };
  return Promise.all(
    names
      .filter((container) => only === undefined || container === only)
      .map(async (container) => ({
        container,
        // A container that never ran has no log, and reading logs may not be allowed.
        log: await core.readNamespacedPodLog({ namespace, name, container, ...limits }).catch(() => ""),
      })),
  );
}
