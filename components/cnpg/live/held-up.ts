import type { Configuration, CoreV1Event } from "@kubernetes/client-node";

import { kubernetesClient } from "../kube-api.ts";
import type { Obstacle } from "./obstacles.ts";
import { refusalAdvice } from "./refusal-advice.ts";
import { type Claim, type Job, type Pod, jobOf } from "./workload.ts";

/** An object that gets no further, and what Kubernetes says of it, oldest first. */
export interface HeldUp {
  kind: "Job" | "Pod" | "PersistentVolumeClaim";
  name: string;
  events: { reason: string; message: string }[];
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
        .map(({ reason = "", message = "" }) => ({ reason, message })),
    )
    .catch(() => []);
}

export const lastSeen = ({ lastTimestamp, eventTime, metadata }: CoreV1Event): number =>
  new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();

/** For how long something may stay as it is, in seconds, that only somebody else can change. */
export const patienceWithOthers = 40;

/** What of it does not pass by itself. */
export function heldUpObstacles(objects: readonly HeldUp[]): Obstacle[] {
  return objects.flatMap(({ kind, name, events }) => {
    const last = events.findLast((event) => isRefusal(kind, event));
    if (last === undefined) return [];
    const message = last.message.replace(/^Error creating: /, "").slice(0, 600);
    return [
      {
        key: `refused ${kind} ${name}`,
        problem: `${whatIsHeldUp(kind, name)}: ${message}`,
        advice: refusalAdvice(message) ?? "Correct what the message names.",
        patience: patienceWithOthers,
      },
    ];
  });
}

/** A provisioner or a mount that fails may do better the next time, unless what it needs is not there. */
function isRefusal(kind: HeldUp["kind"], { reason, message }: HeldUp["events"][number]): boolean {
  switch (kind) {
    case "Job":
      return reason === "FailedCreate";
    case "PersistentVolumeClaim":
      return /^(ProvisioningFailed|FailedBinding)$/.test(reason) && refusalAdvice(message) !== undefined;
    case "Pod":
      return /^(FailedMount|FailedCreatePodSandBox)$/.test(reason) && refusalAdvice(message) !== undefined;
  }
}

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
