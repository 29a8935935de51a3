import { knownCause, tellingLines } from "./advice.ts";
import type { Obstacle } from "./obstacle.ts";
import type { Pod } from "../cluster/pods-and-jobs.ts";

/** An instance in which PostgreSQL does not run, and the error lines of its log, `container: line`. */
export interface FailedStart {
  pod: string;
  errors: string[];

  /** Whether its container is in the pause before its next start. */
  isBackingOff?: boolean;

  /** Whether all of them are of before the change that is waited for. */
  isOfBefore?: boolean;
}

/** Whether PostgreSQL has been begun in an instance, and does not run, or not yet. */
export function isNotRunning({ metadata, status }: Pod): boolean {
  const postgres = status.containerStatuses.find(({ name }) => name === "postgres");
  if (postgres === undefined || metadata.deletionTimestamp !== undefined) return false;
  return postgres.ready === false && (postgres.state?.running !== undefined || hasRestarted(postgres));
}

const hasRestarted = ({ restartCount = 0 }: { restartCount?: number | undefined }): boolean =>
  restartCount > 0;

/**
 * The instance manager of an instance that was restarted by the operator does not end with PostgreSQL, and does not start
 * it again when the setting is another: only a new pod does. Its volumes are not the pod's.
 */
export function failedStartObstacles(starts: readonly FailedStart[], namespace: string): Obstacle[] {
  return starts.flatMap(({ pod, errors, isBackingOff = false, isOfBefore = false }) => {
    const cause = knownCause(errors);
    if (cause?.isCertain !== true) return [];
    if (isOfBefore) return [notTriedAgain(namespace, pod)];
    return [
      {
        key: `start ${pod}`,
        problem: `PostgreSQL does not start in the pod ${pod}`,
        advice: `${cause.advice} Then run pulumi up again. Should the pod not come back by that: ${newPod(namespace, pod)}`,
        lines: tellingLines(errors),
        patience: 30,
        // What the setting asks for may be there by the next start, such as huge pages on the node.
        ...(isBackingOff && { attempt: String(errors.length), nextWithin: 330 }),
      },
    ];
  });
}

const notTriedAgain = (namespace: string, pod: string): Obstacle => ({
  key: `start ${pod} of before`,
  problem: `PostgreSQL failed to start in the pod ${pod} before this change, and has not been started again since`,
  advice: newPod(namespace, pod),
  patience: 45,
});

const newPod = (namespace: string, pod: string): string =>
  `kubectl -n ${namespace} delete pod ${pod}. The operator makes it anew with the same volumes; nothing is lost.`;
