import { createHash } from "node:crypto";

/**
 * The longest name of a drill. The restored Cluster has it too, and its longest object is the recovery Job
 * (`<name>-1-full-recovery`), whose name is a label's value: 63 characters. A CronJob's name ends at 52.
 */
const longest = 40;

/**
 * The name of the drill of a database: of its CronJob, of the Cluster that it restores, and the start of all else
 * that belongs to it. The Services of a Cluster have to start with a letter; a namespace need not.
 */
export function drillName(namespace: string, clusterName: string): string {
  const letterFirst = /^[a-z]/.test(namespace) ? "" : "ns-";
  const whole = `${letterFirst}${namespace}-${clusterName}`;
  if (whole.length <= longest) {
    return whole;
  }
  // With the slash: `a-b/c` and `a/b-c` are two databases.
  const hash = createHash("sha256").update(`${namespace}/${clusterName}`).digest("hex").slice(0, 8);
  return `${whole.slice(0, longest - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}

/** The ConfigMap that holds a drill's last runs, newest first, as JSON below `runsKey`. */
export function runsName(drill: string): string {
  return `${drill}-runs`;
}

export const runsKey = "runs.json";

/** The namespace of drills, unless the arguments name another. */
export const defaultNamespace = "cnpg-drill";
