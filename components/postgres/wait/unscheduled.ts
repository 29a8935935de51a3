import type { Pod } from "../cluster/pods-and-jobs.ts";
import { isNodeOnItsWay, mayEventsBeUnseen, patienceWithOthers } from "./held-up.ts";
import type { Look } from "./look.ts";
import { namesNoTaint } from "./nodes.ts";
import { adviceIn } from "./advice-table.ts";
import type { Obstacle } from "./obstacle.ts";
import { schedulingAdvice } from "./scheduling-advice.ts";

/** A pod that the scheduler finds no node for, by what it says. */
export function unschedulable(pod: Pod, message: string, look: Look): Obstacle {
  const { name } = pod.metadata;
  return {
    key: `schedule ${name}`,
    problem: `the pod ${name} fits on no node: ${message}`,
    advice: adviceIn(schedulingAdvice, message) ?? "See what the message names.",
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
