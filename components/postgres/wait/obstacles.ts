import type { Pod } from "../cluster/pods-and-jobs.ts";
import { knownCause, tellingLines } from "./advice.ts";
import { containerObstacle } from "./container-obstacles.ts";
import { failedStartObstacles } from "./failed-start.ts";
import { heldUpObstacles } from "./held-up.ts";
import type { FailingJob, Look, RunningRecovery } from "./look.ts";
import type { Obstacle } from "./obstacle.ts";
import { operatorObstacle } from "./operator-log.ts";
import { phaseObstacles } from "./phase-obstacles.ts";
import type { LowSetting } from "./replay-log.ts";
import { unschedulable } from "./unscheduled.ts";

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
