import type * as pulumi from "@pulumi/pulumi";

import { answered, notAnswered, warnOnce } from "../../kubernetes/ask-first.ts";
import { type KubernetesArgs, statusOf } from "../../kubernetes/api.ts";
import { type LiveCluster, type PresentCluster, clustersOf } from "../cluster/live-cluster.ts";
import { ownerLabel, ownerLabelOf } from "../../kubernetes/owner.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Refuses a Cluster that the component has made under another name or in another namespace: the engine would make the
 * new one, and delete the old one with its volumes.
 */
export async function movedProblem(
  plan: Plan,
  { live, isProtected }: { live: LiveCluster; isProtected: boolean },
  component: pulumi.Resource,
  cluster: KubernetesArgs,
): Promise<string | undefined> {
  const selector = `${ownerLabel}=${await ownerLabelOf(component)}`;
  const right = "list clusters.postgresql.cnpg.io in all namespaces, or at least there";
  const mine = await answered({
    what: `this component has made ${plan.namespace}/${plan.clusterName} under another name`,
    right,
    ask: () => seen(cluster, selector, plan, component, live),
    resource: component,
    // A protected one the engine itself does not delete, and one that is there under its name was not renamed.
    isNeeded: !isProtected && live.state !== "present",
  });
  const elsewhere = mine?.find(
    ({ namespace, name }) => namespace !== plan.namespace || name !== plan.clusterName,
  );
  return elsewhere && cannotBecome(elsewhere, plan);
}

/** The component's own Clusters in all namespaces, or else, where those may not be listed, in the plan's. */
async function seen(
  cluster: KubernetesArgs,
  selector: string,
  { namespace }: Plan,
  component: pulumi.Resource,
  live: LiveCluster,
): Promise<PresentCluster[]> {
  try {
    return await clustersOf(cluster, selector);
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    const own = await clustersOf(cluster, selector, namespace);
    if (live.state !== "present") {
      const what = `this component has made a database in another namespace than ${namespace}, which would be deleted`;
      warnOnce(
        "other namespaces",
        notAnswered(what, "list clusters.postgresql.cnpg.io in all namespaces", error),
        component,
      );
    }
    return own;
  }
}

function cannotBecome(elsewhere: PresentCluster, plan: Plan): string {
  const [is, planned] = [`${elsewhere.namespace}/${elsewhere.name}`, `${plan.namespace}/${plan.clusterName}`];
  return (
    `Database ${is} cannot become ${planned}: Kubernetes would delete it and its volumes, and start an empty one. ` +
    `Keep its name and namespace, and add a database of its own for ${planned} with recovery.from "${elsewhere.name}"; ` +
    `remove ${is} once the new one is in use.`
  );
}
