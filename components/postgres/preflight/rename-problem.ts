import type { ObjectName } from "../../kubernetes/named.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Refuses a Cluster that the component has made under another name or in another namespace: the engine would make the
 * new one, and delete the old one with its volumes.
 * @param own those that the component has made
 */
export function renameProblem(
  { namespace, clusterName }: Pick<Plan, "namespace" | "clusterName">,
  own: readonly ObjectName[],
): string | undefined {
  const other = own.find((one) => one.namespace !== namespace || one.name !== clusterName);
  if (other === undefined) return undefined;
  const [is, planned] = [`${other.namespace}/${other.name}`, `${namespace}/${clusterName}`];
  return (
    `Database ${is} cannot become ${planned}: Kubernetes would delete it and its volumes, and start an empty one. ` +
    `Keep its name and namespace. For ${planned}, add a new database with recovery.from "${other.name}", and remove ` +
    `${is} once the new one is in use.`
  );
}
