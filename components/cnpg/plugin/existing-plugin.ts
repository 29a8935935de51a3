import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { beforeCreate } from "../../before-create.ts";
import { askedBeforeMaking } from "../before-making.ts";
import { type ClusterArgs, getIfThere } from "../cluster.ts";

const service = z.object({
  metadata: z.object({ managedFields: z.array(z.object({ manager: z.string().default("") })).default([]) }),
});

/** Refuses to make the plugin where there is one that something else made: chart and manifest have the same Service. */
export function refusesSecondPlugin(
  resource: pulumi.Resource,
  cluster: ClusterArgs | undefined,
): { hooks?: pulumi.ResourceHookBinding } {
  if (cluster === undefined) return {};
  return beforeCreate(resource, async ({ metadata }) => {
    const namespace = z.object({ namespace: z.string() }).safeParse(metadata).data?.namespace;
    if (namespace === undefined) return undefined;
    const hasOthers = await askedBeforeMaking(
      `Service barman-cloud is in namespace ${namespace} already`,
      "get Services there",
      () => isOfOthers(cluster, namespace),
      resource,
    );
    return hasOthers ? alreadyThere(namespace) : undefined;
  });
}

/** One of an update that was broken off is our own. Throws if the cluster does not tell. */
export async function isOfOthers(cluster: ClusterArgs, namespace: string): Promise<boolean> {
  const found = await getIfThere(cluster, `/api/v1/namespaces/${namespace}/services/barman-cloud`, service);
  if (found === undefined) return false;
  return !found.metadata.managedFields.some(({ manager }) => manager.startsWith("pulumi"));
}

const alreadyThere = (namespace: string): string =>
  `Namespace ${namespace} has a Barman Cloud plugin already (Service barman-cloud). Leave it as it is, and do without ` +
  "BarmanCloudPlugin (pulumi config set --path cnpg-rgw:barmanPlugin.enabled false), or remove it first, but never its " +
  "CRD: with it goes what says where every database's backups are";
