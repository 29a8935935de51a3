import type { ClusterResource } from "../cluster/cluster-resource.ts";
import { failedStartObstacles } from "./failed-start.ts";
import { heldUpObstacles, isNodeOnItsWay, mayEventsBeUnseen, patienceWithOthers } from "./held-up.ts";
import { knownCause, tellingLines } from "./advice.ts";
import type { FailingJob, Look, RunningRecovery } from "./look.ts";
import { operatorObstacle } from "./operator-log.ts";
import { mayPass, patienceWithPassing, refusalAdvice } from "./refusal-advice.ts";
import { namesNoTaint } from "./nodes.ts";
import type { LowSetting } from "./replay-log.ts";
import type { ContainerStatus, Pod } from "../cluster/pods-and-jobs.ts";

/** Something that keeps a database from answering. */
export interface Obstacle {
  /** The same while the obstacle is the same. */
  key: string;
  problem: string;

  /** What to do. */
  advice: string;

  /** Lines of a log that show it. */
  lines?: string[];

  /** A pod whose log may show it, where no lines do. */
  pod?: string;

  /** It is final once it has been there for this long, in seconds; Infinity: it may go away until the deadline. */
  patience: number;

  /**
   * Where somebody tries again and again: another text for each attempt. It is then final at an attempt that fails after
   * its patience, and in any case after `nextWithin` seconds, the longest time from one attempt to the next.
   */
  attempt?: string | undefined;
  nextWithin?: number | undefined;
}

/** What stands in a database's way, the most telling first. */
export function obstaclesOf(look: Look): Obstacle[] {
  const { resource, pods, jobs, recovery, heldUp = [], starts = [], operatorError } = look;
  return [
    ...(recovery ? pausedRecovery(recovery) : []),
    ...failedStartObstacles(starts, resource.metadata.namespace),
    ...heldUpObstacles(heldUp),
    ...jobs.map(jobObstacle),
    ...pods.flatMap((pod) => podObstacles(pod, look)),
    ...(operatorError === undefined ? [] : [operatorObstacle(operatorError)]),
    ...phaseObstacles(resource),
  ];
}

/** PostgreSQL waits to be told to end, and the operator waits for PostgreSQL. */
function pausedRecovery({ job, log: { pausedFor } }: RunningRecovery): Obstacle[] {
  if (pausedFor.length === 0) return [];
  const low = ({ parameter, is, atLeast }: LowSetting): string =>
    `${parameter} is ${is} here and was ${atLeast} in the database that wrote the WAL`;
  const set = ({ parameter, atLeast }: LowSetting): string =>
    `spec.postgresql.parameters.${parameter} to "${atLeast}" or more`;
  return [
    {
      key: `job ${job} paused`,
      problem: `PostgreSQL has paused the recovery for good: ${pausedFor.map(low).join("; ")}`,
      advice: `Set ${pausedFor.map(set).join(", and ")}.`,
      patience: 0,
    },
  ];
}

/** With a known cause that stays, another attempt ends like the first two; with an unknown one a third is given. */
function jobObstacle({ name, failedPods, isOver, errors }: FailingJob): Obstacle {
  const cause = knownCause(errors);
  const attempts = cause ? (cause.isCertain === true ? 1 : 2) : 3;
  const isFinal = isOver || (failedPods >= attempts && cause?.isPassing !== true);
  return {
    key: `job ${name}`,
    problem: `the job ${name} failed ${failedPods === 1 ? "once" : `${failedPods} times`}`,
    advice: cause?.advice ?? "The log of the job says why.",
    lines: tellingLines(errors),
    patience: isFinal ? 0 : Infinity,
  };
}

function podObstacles(pod: Pod, look: Look): Obstacle[] {
  const { metadata, status } = pod;
  const { name } = metadata;
  if (status.phase === "Failed" || status.phase === "Succeeded") return [];
  const unscheduled = status.conditions.find(
    ({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable",
  );
  if (unscheduled) return [unschedulable(pod, unscheduled.message ?? "", look)];
  const containers = [...status.initContainerStatuses, ...status.containerStatuses];
  return containers.flatMap((container) => containerObstacle(name, container));
}

function unschedulable(pod: Pod, message: string, look: Look): Obstacle {
  const { name } = pod.metadata;
  return {
    key: `schedule ${name}`,
    problem: `the pod ${name} fits on no node: ${message}`,
    advice: schedulingAdvice.find(([pattern]) => pattern.test(message))?.[1] ?? "See what the message names.",
    patience: patienceWithScheduler(pod, message, look),
  };
}

/** A node that restarts comes back, others make room, and a provisioner may be at work at the volume. */
function patienceWithScheduler(
  { metadata: { name }, status }: Pod,
  message: string,
  { heldUp = [], mayNodeComeBack }: Look,
): number {
  const isOnItsWay = isNodeOnItsWay(heldUp, name) || status.nominatedNodeName !== undefined;
  const mayPassByItself =
    isOnItsWay ||
    (mayNodeComeBack === "yes" && namesNoTaint(message)) ||
    /node\.kubernetes\.io\/|were unschedulable|unbound immediate/.test(message);
  if (mayPassByItself) return Infinity;
  const isUnseen =
    (mayNodeComeBack === "unknown" && namesNoTaint(message)) || mayEventsBeUnseen(heldUp, name);
  return isUnseen ? patienceUnseen : patienceWithOthers;
}

/** In seconds, where nobody tells whether a node comes back or is added. */
const patienceUnseen = 300;

const schedulingAdvice: readonly [RegExp, string][] = [
  [
    /storageclass\S* .*not found/i,
    "Make the StorageClass that the message names, or correct storage.storageClass (kubectl get storageclasses).",
  ],
  [
    /persistent ?volume/i,
    "See to the volume: kubectl get storageclasses, and the events of the volume claim (kubectl describe pvc).",
  ],
  [
    /node affinity\/selector/,
    "No node has the labels that spec.affinity (nodeSelector, nodeAffinity) asks for, or the volume is on another node." +
      " Correct spec.affinity, or label a node (kubectl get nodes --show-labels).",
  ],
  [/untolerated taint/, "Tolerate the taint in spec.affinity.tolerations, or take it off a node."],
  [
    /anti-affinity|topology spread/,
    "There are fewer nodes than instances to spread. Add a node, lower instances, or spread less strictly" +
      " (spec.affinity.podAntiAffinityType preferred, spec.topologySpreadConstraints).",
  ],
  [
    /Insufficient/,
    "Lower what the database requests (spec.resources, and for the sidecar" +
      " backup.objectStore.instanceSidecarConfiguration.resources), or add a node.",
  ],
];

/** By the reason for which a container waits: for how long, and what to do. */
const waiting: Record<string, { patience: number; advice: string } | undefined> = {
  ErrImagePull: image(120),
  ImagePullBackOff: image(120),
  RegistryUnavailable: image(120),
  SignatureValidationFailed: image(120),
  ImageInspectError: image(60),
  ErrImageNeverPull: image(30),
  InvalidImageName: image(10),
  CreateContainerConfigError: {
    patience: patienceWithOthers,
    advice:
      "Make the Secret or ConfigMap that the message names, with that key, in the database's namespace.",
  },
  CreateContainerError: { patience: 50, advice: "The node cannot make the container: see the message." },
  RunContainerError: { patience: 50, advice: "The node cannot start the container: see the message." },
  CrashLoopBackOff: { patience: 30, advice: "The log of the container says why it ends." },
};

function image(patience: number): { patience: number; advice: string } {
  return {
    patience,
    advice:
      "Correct the name of the image, or make the registry reachable from the nodes (a mirror, an imagePullSecret).",
  };
}

/** Whether a container waits for this reason since its image is not to be had. */
export const isImageMissing = (reason = ""): boolean =>
  waiting[reason] !== undefined && waiting[reason].advice === waiting.ErrImagePull?.advice;

/** The registry has said no; else it may only be out of reach for a while. */
const isRefusedByRegistry = (message: string): boolean =>
  /not found|manifest unknown|unauthorized|denied|forbidden|authentication required/i.test(message);

/** The kubelet's longest pause before it pulls an image or starts a container once more is five minutes. */
const longestBackOff = 330;

function containerObstacle(pod: string, container: ContainerStatus): Obstacle[] {
  const { name, image, state } = container;
  const reason = reasonToWait(container);
  const known = waiting[reason];
  if (!known) return [];
  const isImage = isImageMissing(reason);
  const what = isImage
    ? `the image ${image} cannot be pulled`
    : `the container ${name} of the pod ${pod} does not run`;
  return [
    {
      // A job's next pod has another name, and the same image; the two reasons for it alternate.
      key: isImage ? `image ${image}` : `container ${pod}/${name}`,
      pod,
      problem: `${what} (${reason}${state?.waiting?.message ? `: ${state.waiting.message.slice(0, 300)}` : ""})`,
      ...known,
      ...(isImage && isRefusedByRegistry(state?.waiting?.message ?? "") && { patience: 25 }),
      ...(isBackingOff(reason) && attemptOf(container, isImage)),
      ...(isSlow(reason, state?.waiting?.message) && { patience: patienceWithPassing }),
      ...(container.lastState?.terminated?.reason === "OOMKilled" && { advice: tooLittleMemory(name) }),
    },
  ];
}

/** A pull that fails shows another reason than the pause after it; a container that runs may go well this time. */
function attemptOf({ state, restartCount = 0 }: ContainerStatus, isImage: boolean): Partial<Obstacle> {
  if (isImage) return { attempt: state?.waiting?.reason, nextWithin: longestBackOff };
  const isRunning = state?.waiting === undefined;
  return {
    attempt: `${isRunning ? restartCount : restartCount + 1} failed`,
    ...(!isRunning && { nextWithin: longestBackOff }),
  };
}

const isBackingOff = (reason: string): boolean =>
  /^(ErrImagePull|ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed|CrashLoopBackOff)$/.test(
    reason,
  );

/** On a node whose disk is busy a container takes minutes to be made, and its name is taken meanwhile. */
const isSlow = (reason: string, message = ""): boolean =>
  reason === "CreateContainerError" && /deadline exceeded|is reserved for/.test(message);

/** Between two attempts a container that crashes again and again runs for a moment. */
function reasonToWait({ state, ready, restartCount = 0 }: ContainerStatus): string {
  const isCrashing = ready === false && restartCount > 2 && state?.waiting === undefined;
  return isCrashing ? "CrashLoopBackOff" : (state?.waiting?.reason ?? "");
}

const tooLittleMemory = (container: string): string =>
  `It was killed since it needs more memory than its limit. Raise resources.limits.memory of ${
    container === "postgres" ? "spec" : "backup.objectStore.instanceSidecarConfiguration"
  }.`;

const cannotCreate = "Unable to create required cluster objects";

/** Phases of CloudNativePG (api/v1, Phase…) in which it waits for a person. */
const stuck: Record<string, { patience: number; advice: string } | undefined> = {
  "Cluster is unrecoverable and needs manual intervention": {
    // The phase of an obstacle that is gone stays for one round of the operator.
    patience: 20,
    advice: "Recover into a new database from the backups, or see what the operator's reason names.",
  },
  "Cluster cannot proceed to reconciliation due to an unknown plugin being required": {
    patience: 120,
    advice:
      "The operator does not know the plugin: see that it runs in the operator's namespace (kubectl get" +
      " deployments -A -l app=barman-cloud), and that the operator logs no error about it.",
  },
  "Cluster cannot proceed to reconciliation due to an error while interacting with plugins": {
    patience: 180,
    advice: "See the log of the plugin's deployment (barman-cloud, in the operator's namespace).",
  },
  "Cluster has incomplete or invalid image catalog": {
    patience: 60,
    advice: "Correct the image name, or the image catalog that the database refers to.",
  },
  "Invalid cluster definition": { patience: 30, advice: "Correct what the reason names." },
  [cannotCreate]: {
    patience: patienceWithOthers,
    advice:
      "See what the reason names; it may be a right that the operator lacks, or a quota of the namespace.",
  },
  "Waiting for user action": {
    patience: 60,
    advice:
      "The operator waits for a manual switchover (kubectl cnpg promote), since primaryUpdateStrategy is supervised.",
  },
};

/** Whether the operator has failed at something, and may be in a long pause before its next try. */
export const waitsForOperator = ({ resource, operatorError }: Look): boolean =>
  operatorError !== undefined || resource.status.phase === cannotCreate;

function phaseObstacles({ metadata, status }: ClusterResource): Obstacle[] {
  if (metadata.deletionTimestamp !== undefined) return [beingDeleted];
  if (status.phase === undefined) return [notSeen];
  const known = stuck[status.phase];
  if (!known) return [];
  const reason = status.phaseReason === undefined ? "" : `: ${status.phaseReason.slice(0, 500)}`;
  const refusal = refusalAdvice(status.phaseReason ?? "");
  return [
    {
      key: `phase ${status.phase}`,
      problem: `the operator says: ${status.phase}${reason}`,
      ...known,
      ...(refusal !== undefined && { advice: refusal }),
      ...(mayPass(status.phaseReason ?? "") && { patience: Math.max(known.patience, patienceWithPassing) }),
    },
  ];
}

const beingDeleted: Obstacle = {
  key: "deleted",
  problem: "it is being deleted",
  advice: "Wait until it is gone (kubectl get clusters -A), then try again.",
  patience: 30,
};

const notSeen: Obstacle = {
  key: "not seen",
  problem: "the operator has not taken it up",
  advice:
    "See that the operator runs (kubectl get deployments -A -l app.kubernetes.io/name=cloudnative-pg) and watches" +
    " this namespace.",
  patience: Infinity,
};
