import { withoutStop } from "../../text/sentence.ts";
import type { ClusterResource } from "../cluster/cluster-resource.ts";
import type { Obstacle } from "./obstacle.ts";

/** What is to be said about a database that does not come up. */
export interface Failure {
  namespace: string;
  name: string;

  /** Why the wait is over, for example `did not answer within 600 s`. */
  outcome: string;

  /** The obstacle that ended the wait, or those that were there at its end. */
  obstacles: Obstacle[];
  resource?: ClusterResource | undefined;

  /** What else Kubernetes says about it. */
  surroundings?: string[];

  /** Whether only another Cluster can begin in another way, and this one certainly holds no data. */
  mayStartOver?: boolean;
}

/** The message for the user: what happened, the log lines that show it, what to do, and where to look on. */
export function failureMessage({
  namespace,
  name,
  outcome,
  obstacles,
  resource,
  surroundings = [],
  mayStartOver = false,
}: Failure): string {
  const [main, ...others] = obstacles;
  return [
    `Database ${namespace}/${name} ${outcome}${main ? `: ${withoutStop(main.problem)}` : ""}.`,
    ...(main?.lines ?? []).map((line) => `    ${line}`),
    ...(main ? [`  What to do: ${main.advice}`] : []),
    ...(mayStartOver ? [startOver(namespace, name)] : []),
    ...others.slice(0, 4).map(({ problem, advice }) => `  Also: ${withoutStop(problem)}. ${advice}`),
    ...surroundings.map((line) => `  Kubernetes says: ${line}`),
    ...(resource ? [`  State: ${stateOf(resource)}`] : []),
    `  See also: kubectl -n ${namespace} describe cluster.postgresql.cnpg.io/${name}; kubectl -n ${namespace} get` +
      ` pods,jobs,pvc -l cnpg.io/cluster=${name}`,
  ].join("\n");
}

const startOver = (namespace: string, name: string): string =>
  `  To begin in another way (another backup, targetTime or StorageClass): it never had an instance, and holds nothing.` +
  ` kubectl -n ${namespace} delete clusters.postgresql.cnpg.io ${name}; then pulumi up --refresh`;

/** Kubernetes and the operator end some of their messages with a full stop. */

/** The phase, and the conditions that are not true, in a line. */
export function stateOf({ status }: ClusterResource): string {
  const reason = status.phaseReason === undefined ? "" : ` (${status.phaseReason.slice(0, 300)})`;
  const conditions = status.conditions
    .filter((condition) => condition.status !== "True")
    .map(
      ({ type, status: value, message }) => `${type}=${value}${message ? ` (${message.slice(0, 300)})` : ""}`,
    );
  return [`${status.phase ?? "no phase yet"}${reason}`, ...conditions].join("; ");
}
