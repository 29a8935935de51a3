import type { ClusterResource } from "../cluster/cluster-resource.ts";
import { patienceWithOthers } from "./held-up.ts";
import type { Look } from "./look.ts";
import type { Obstacle } from "./obstacle.ts";
import { mayPass, patienceWithPassing, refusalAdvice } from "./refusal-advice.ts";

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

/** What the operator says itself. */
export function phaseObstacles({ metadata, status }: ClusterResource): Obstacle[] {
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
