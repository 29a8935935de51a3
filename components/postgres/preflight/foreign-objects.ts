import type * as pulumi from "@pulumi/pulumi";

import { beforeCreate } from "../../pulumi/hooks.ts";
import { askedBeforeMaking } from "../../kubernetes/ask-first.ts";
import type { KubernetesArgs } from "../../kubernetes/questions.ts";
import { apiVersions, apiPathOf, pluralOf } from "../../crds/schema.ts";
import { type ObjectName, nameIn } from "../../kubernetes/named.ts";
import { ownerAt, ownerLabel, ownerLabelOf } from "../../kubernetes/owner.ts";

type Kind = "Cluster" | "ObjectStore";

/**
 * Refuses to make an object where there is one of its name that the component has not made: the provider would take it
 * over, and this stack would change and delete what others look after. One of an update that was broken off is its own.
 */
export function refusesOthers(
  component: pulumi.Resource,
  kubernetes: KubernetesArgs | undefined,
  kind: Kind,
): { hooks?: pulumi.ResourceHookBinding } {
  if (kubernetes === undefined) return {};
  return beforeCreate(component, async ({ metadata }) => {
    const known = await nameIn(metadata);
    if (known === undefined) return undefined;
    const owner = await ownerLabelOf(component);
    return askedBeforeMaking(
      `${kind} ${known.namespace}/${known.name} is there already`,
      `get ${pluralOf(kind)} there`,
      () => takenByOthers(kubernetes, kind, known, owner),
      component,
    );
  });
}

/** What to do about an object of that name that something else made, if there is one. Throws without an answer. */
export async function takenByOthers(
  kubernetes: KubernetesArgs,
  kind: Kind,
  object: ObjectName,
  owner: string,
): Promise<string | undefined> {
  const { namespace, name } = object;
  const found = await ownerAt(kubernetes, apiPathOf(kind, object));
  if (found === undefined || found.label === owner) return undefined;
  const taken =
    `${kind} ${namespace}/${name} is there already, and this component did not make it. It would be changed to what ` +
    "is declared here, and deleted with this component. Choose another name; if it has backups, bring its data along " +
    "with recovery.";
  if (found.label !== undefined) {
    return (
      `${taken} If this stack made it under another Pulumi name or parent, give the component \`aliases\`: otherwise ` +
      "Pulumi deletes it under the old one"
    );
  }
  const resource = `${pluralOf(kind)}.${apiVersions[kind].split("/")[0] ?? ""}`;
  return (
    `${taken} If nothing else manages it, and this stack is to, label it: ` +
    `kubectl -n ${namespace} label ${resource} ${name} ${ownerLabel}=${owner}`
  );
}
