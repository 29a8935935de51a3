import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient } from "../../kubernetes/api.ts";
import { holdsNothing } from "../cluster/holds-nothing.ts";
import { knownCause, tellingLines } from "./advice.ts";
import { isAtWork } from "./log-lines.ts";
import { type Look, podErrors, podLogs } from "./look.ts";
import type { Obstacle } from "./obstacle.ts";
import { surroundingsOf } from "./events.ts";
import { type Claim, type Pod, claimList, jobOf } from "../cluster/pods-and-jobs.ts";

export interface Diagnosis {
  obstacles: Obstacle[];
  surroundings: string[];
  mayStartOver: boolean;
}

/**
 * Looks once more, and closer, at what keeps a database from answering.
 *
 * @param sinceSeconds how far back logs count; none: all lines
 */
export async function diagnose(
  configuration: Configuration,
  look: Look,
  obstacles: Obstacle[],
  sinceSeconds: number | undefined,
): Promise<Diagnosis> {
  const { metadata } = look.resource;
  const [first, ...others] = obstacles;
  const main = first ?? (await stillOnItsWay(configuration, look.pods));
  const [shown, surroundings, claims] = await Promise.all([
    withLines(configuration, main, look.pods, sinceSeconds),
    surroundingsOf(configuration, metadata.namespace, metadata.name),
    isFixedByItsStart(look) && claimsOf(configuration, metadata),
  ]);
  // With a cause that is known, the warnings are about its effects.
  const isClear = knownCause(shown.lines ?? []) !== undefined;
  return {
    obstacles: [shown, ...others],
    surroundings: isClear ? [] : surroundings.filter((line) => !isSaidBy(shown, line)),
    mayStartOver: claims !== false && holdsNothing(look.resource, claims),
  };
}

/** Those of a Cluster's name; undefined where Kubernetes does not say. */
async function claimsOf(
  configuration: Configuration,
  { namespace, name }: { namespace: string; name: string },
): Promise<Claim[] | undefined> {
  const { CoreV1Api } = await kubernetesClient();
  return new CoreV1Api(configuration)
    .listNamespacedPersistentVolumeClaim({ namespace, labelSelector: `cnpg.io/cluster=${name}` })
    .then((list) => claimList.parse(list).items)
    .catch(() => undefined);
}

/** What the operator reads when it makes a Cluster and never again: what to recover, and the volumes of an instance. */
const isFixedByItsStart = ({ jobs, heldUp = [] }: Look): boolean =>
  jobs.some(({ role = "" }) => /^(full|snapshot)-recovery$/.test(role)) ||
  heldUp.some(({ kind, events }) => kind === "PersistentVolumeClaim" && events.length > 0);

/** Each thing once: an obstacle may be what Kubernetes says. */
const isSaidBy = ({ problem }: Obstacle, line: string): boolean =>
  problem.includes(line.replace(/^\S+ \S+: (Error creating: )?/, ""));

/** Where nothing is in its way: whether more time may help. */
async function stillOnItsWay(configuration: Configuration, pods: Pod[]): Promise<Obstacle> {
  const isMoving = await moves(configuration, pods);
  return {
    key: "on its way",
    problem: isMoving ? "it is still on its way" : "nothing of it has moved for a minute",
    advice: isMoving
      ? "Something is at work: give it more time (timeoutSeconds). A large database takes long to restore."
      : "See what the operator waits for, in the log of its deployment: kubectl get deployments -A -l" +
        " app.kubernetes.io/name=cloudnative-pg",
    patience: Infinity,
  };
}

/** A Job may fill a volume for hours without a word; an instance that replays WAL says so. */
async function moves(configuration: Configuration, pods: Pod[]): Promise<boolean> {
  const running = pods.filter((pod) => !isWell(pod) && pod.status.phase === "Running");
  if (running.some((pod) => jobOf(pod) !== undefined)) return true;
  const logs = await Promise.all(running.map((pod) => podLogs(configuration, pod, { sinceSeconds: 60 })));
  return logs.flat().some(({ log }) => isAtWork(log));
}

async function withLines(
  configuration: Configuration,
  obstacle: Obstacle,
  pods: Pod[],
  sinceSeconds: number | undefined,
): Promise<Obstacle> {
  if (obstacle.lines?.length) return obstacle;
  const telling = pods
    .filter((pod) => (obstacle.pod === undefined ? !isWell(pod) : pod.metadata.name === obstacle.pod))
    .slice(0, 3);
  const errors = (
    await Promise.all(telling.map((pod) => podErrors(configuration, pod, sinceSeconds)))
  ).flat();
  const cause = knownCause(errors);
  return { ...obstacle, lines: tellingLines(errors), ...(cause && { advice: cause.advice }) };
}

function isWell({ status }: Pod): boolean {
  const isReady = status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True");
  return isReady || status.phase === "Succeeded";
}
