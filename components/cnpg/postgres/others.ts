import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { beforeCreate } from "../../before-create.ts";
import { askedBeforeMaking } from "../before-making.ts";
import { type ClusterArgs, getIfThere } from "../cluster.ts";
import { apiVersions } from "../crds/schema.ts";
import { ownerLabel, ownerOf } from "../owner.ts";

type Kind = "Cluster" | "ObjectStore";
const plurals: Readonly<Record<Kind, string>> = { Cluster: "clusters", ObjectStore: "objectstores" };

const named = z.object({ namespace: z.string(), name: z.string() });
const labelled = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
});

/**
 * Refuses to make an object where there is one of its name that the component has not made: the provider would take it
 * over, and this stack would change and delete what others look after. One of an update that was broken off is its own.
 */
export function refusesOthers(
  component: pulumi.Resource,
  cluster: ClusterArgs | undefined,
  kind: Kind,
): { hooks?: pulumi.ResourceHookBinding } {
  if (cluster === undefined) return {};
  return beforeCreate(component, async ({ metadata }) => {
    const known = named.safeParse(metadata).data;
    if (known === undefined) return undefined;
    const owner = await ownerOf(component);
    const isOthers = await askedBeforeMaking(
      `${kind} ${known.namespace}/${known.name} is there already`,
      `get ${plurals[kind]} there`,
      () => isOfOthers(cluster, kind, known, owner),
      component,
    );
    return isOthers === true ? takenAlready(kind, known, owner) : undefined;
  });
}

/** Whether there is such an object, made by something else. Throws if the cluster does not tell. */
export async function isOfOthers(
  cluster: ClusterArgs,
  kind: Kind,
  { namespace, name }: z.infer<typeof named>,
  owner: string,
): Promise<boolean> {
  const path = `/apis/${apiVersions[kind]}/namespaces/${namespace}/${plurals[kind]}/${name}`;
  const found = await getIfThere(cluster, path, labelled);
  return found !== undefined && found.metadata.labels[ownerLabel] !== owner;
}

function takenAlready(kind: Kind, { namespace, name }: z.infer<typeof named>, owner: string): string {
  const resource = `${plurals[kind]}.${apiVersions[kind].split("/")[0] ?? ""}`;
  return (
    `${kind} ${namespace}/${name} is there already, and this stack has not made it: it would be changed to what is ` +
    "declared here, and deleted with it. Choose another name; the data of one that has backups comes along with " +
    "`recovery`. If nothing else looks after it, and this stack is to, say so: " +
    `kubectl -n ${namespace} label ${resource} ${name} --overwrite ${ownerLabel}=${owner}`
  );
}
