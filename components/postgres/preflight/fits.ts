import type { LiveCluster } from "../cluster/live-cluster.ts";
import type { Plan } from "../plan/plan.ts";
import type { Limits } from "./limits.ts";
import { crowdedProblem, namespaceProblem } from "./namespace-limits.ts";
import { type StorageClasses, storageClassProblem } from "./storage-classes.ts";
import { type Verdict, nothingToSay, refused, warned } from "./verdict.ts";

/**
 * Whether the cluster has, and the namespace allows, what the plan needs. What a new database could never come up with is
 * an error; one that runs goes on, and would not be made anew, so there it is a warning. Where Kubernetes does not say,
 * the update will.
 */
export function fits(
  plan: Plan,
  live: LiveCluster,
  { limits, storageClasses }: { limits: Limits; storageClasses: StorageClasses | undefined },
): Verdict {
  const { namespace } = plan;
  const of = `Database ${namespace}/${plan.clusterName}`;
  const notAllowed = namespaceProblem(plan, limits);
  const problem =
    storageClassProblem(plan, storageClasses) ??
    (notAllowed && `namespace ${namespace} does not allow it: ${notAllowed}`);
  if (problem !== undefined) {
    return live.state === "present"
      ? warned(`${of} runs, but its pods could not be made anew: ${problem}`)
      : refused(`${of} cannot come up: ${problem}`);
  }
  const crowded = crowdedProblem(plan, limits);
  return crowded === undefined
    ? nothingToSay
    : warned(`${of} may not come up in namespace ${namespace}: ${crowded}`);
}
