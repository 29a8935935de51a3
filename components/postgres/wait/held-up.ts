import type { Configuration, CoreV1Event } from "@kubernetes/client-node";

import { kubernetesClient } from "../../kubernetes/api.ts";
import type { Obstacle } from "./obstacle.ts";
import { mayPass, patienceWithPassing, refusalAdvice } from "./refusal-advice.ts";
import { type Claim, type Job, type Pod, jobOf } from "../cluster/pods-and-jobs.ts";

/** An object that gets no further, and what Kubernetes says of it, oldest first. */
export interface HeldUp {
  kind: "Job" | "Pod" | "PersistentVolumeClaim";
  name: string;
  events: { reason: string; message: string; at?: number }[];
}

/** Of what was made for a database: Jobs without a pod, pods that do not run, and volume claims without a volume. */
export async function heldUp(
  configuration: Configuration,
  { jobs, pods, claims }: { jobs: Job[]; pods: Pod[]; claims: Claim[] },
): Promise<HeldUp[]> {
  const objects = [
    ...jobs.filter((job) => isWithoutPod(job, pods)).map((job) => ({ kind: "Job" as const, ...job })),
    ...pods.filter(isPending).map((pod) => ({ kind: "Pod" as const, ...pod })),
    ...claims
      .filter(({ status }) => status.phase === "Pending")
      .map((claim) => ({ kind: "PersistentVolumeClaim" as const, ...claim })),
  ];
  return Promise.all(
    objects.map(async ({ kind, metadata }) => ({
      kind,
      name: metadata.name,
      events: await eventsOf(configuration, metadata),
    })),
  );
}

const isWithoutPod = ({ metadata, status }: Job, pods: Pod[]): boolean =>
  status.succeeded === 0 && status.failed === 0 && !pods.some((pod) => jobOf(pod) === metadata.name);

const isPending = ({ metadata, status }: Pod): boolean =>
  status.phase === "Pending" && metadata.deletionTimestamp === undefined;

/** By its uid: events outlive their object, and the next one has its name. None where they may not be listed. */
async function eventsOf(
  configuration: Configuration,
  { namespace, uid }: { namespace: string; uid?: string | undefined },
): Promise<HeldUp["events"]> {
  if (uid === undefined) return [];
  const { CoreV1Api } = await kubernetesClient();
  return new CoreV1Api(configuration)
    .listNamespacedEvent({ namespace, fieldSelector: `involvedObject.uid=${uid}`, limit: 100 })
    .then(({ items }) =>
      items
        .sort((a, b) => lastSeen(a) - lastSeen(b))
        .map((event) => ({ reason: event.reason ?? "", message: event.message ?? "", at: lastSeen(event) })),
    )
    .catch(() => []);
}

export const lastSeen = ({ lastTimestamp, eventTime, metadata }: CoreV1Event): number =>
  new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();

/** For how long something may stay as it is, in seconds, that only somebody else can change. */
export const patienceWithOthers = 40;

/** The same where it is tried again and again, with pauses that grow: 1, 2, 4, 8, 16, 32 s. */
const patienceWithAttempts = 25;

/** What of it does not pass by itself. */
export function heldUpObstacles(objects: readonly HeldUp[]): Obstacle[] {
  return objects.flatMap(({ kind, name, events }) => {
    const at = events.findLastIndex((event) => isRefusal(kind, event));
    const last = events[at];
    if (last === undefined || events.slice(at + 1).some(({ reason }) => overcome[kind].test(reason)))
      return [];
    const message = withoutPrefix(last.message).slice(0, 600);
    const patience = mayPass(message) ? patienceWithPassing : patienceWithAttempts;
    return [
      {
        key: `refused ${kind} ${name}`,
        problem: `${whatIsHeldUp(kind, name)}: ${message}`,
        advice: refusalAdvice(message) ?? "Correct what the message names.",
        patience,
        attempt: String(last.at),
        nextWithin: patience + longestPause[kind],
      },
    ];
  });
}

/** Kubernetes puts many events of one kind into one. */
const withoutPrefix = (message: string): string =>
  message.replace(/^\(combined from similar events\): /, "").replace(/^Error creating: /, "");

/** By their reasons, events that show that a refusal of before is over. */
const overcome: Record<HeldUp["kind"], RegExp> = {
  Job: /^SuccessfulCreate$/,
  Pod: /^(Pulling|Pulled|Created|Started)$/,
  PersistentVolumeClaim: /^(Provisioning|ProvisioningSucceeded|WaitForFirstConsumer|WaitForPodScheduled)$/,
};

/** The longest pause between two attempts, and some time for it: of the Job controller, the kubelet, a provisioner. */
const longestPause: Record<HeldUp["kind"], number> = { Job: 75, Pod: 135, PersistentVolumeClaim: 310 };

/** A provisioner or a mount that fails may do better the next time, unless what it needs is not there. */
function isRefusal(kind: HeldUp["kind"], { reason, message }: HeldUp["events"][number]): boolean {
  switch (kind) {
    case "Job":
      return reason === "FailedCreate";
    case "PersistentVolumeClaim":
      return /^(ProvisioningFailed|FailedBinding)$/.test(reason) && isOfWhatIsMissing(message);
    case "Pod":
      return /^(FailedMount|FailedCreatePodSandBox)$/.test(reason) && isOfWhatIsMissing(message);
  }
}

const isOfWhatIsMissing = (message: string): boolean =>
  !mayPass(message) && refusalAdvice(message) !== undefined;

function whatIsHeldUp(kind: HeldUp["kind"], name: string): string {
  switch (kind) {
    case "Job":
      return `Kubernetes makes no pod for the job ${name}`;
    case "PersistentVolumeClaim":
      return `there is no volume for the volume claim ${name}`;
    case "Pod":
      return `the pod ${name} cannot start`;
  }
}

/** Whether an autoscaler is about to add a node for a pod. */
export const isNodeOnItsWay = (objects: readonly HeldUp[], pod: string): boolean =>
  objects.some(
    ({ kind, name, events }) =>
      kind === "Pod" &&
      name === pod &&
      events.some(({ reason }) => /^(TriggeredScaleUp|Nominated|Provisioned)$/.test(reason)),
  );

/** The scheduler writes an event for each pod that it cannot place: without one nobody may list events. */
export const mayEventsBeUnseen = (objects: readonly HeldUp[], pod: string): boolean =>
  objects.some(({ kind, name, events }) => kind === "Pod" && name === pod && events.length === 0);
