import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { beforeCreate } from "../pulumi/hooks.ts";
import { askedBeforeMaking } from "../kubernetes/ask-first.ts";
import { barmanPlugin } from "../archive/barman.ts";
import { type Answer, type KubernetesArgs, getOrUndefined } from "../kubernetes/questions.ts";
import { namespaceIn } from "../kubernetes/named.ts";
import { labelled, ownerAt, ownerLabel, ownerLabelOf } from "../kubernetes/owner.ts";

export const barmanPluginType = "cnpg-rgw:cnpg:BarmanCloudPlugin";

/** Refuses to make the plugin where there is one that something else made: chart and manifest have the same Service. */
export function refusesSecondPlugin(
  component: pulumi.Resource,
  kubernetes: KubernetesArgs | undefined,
): { hooks?: pulumi.ResourceHookBinding } {
  if (kubernetes === undefined) return {};
  return beforeCreate(component, async ({ metadata }) => {
    const namespace = await namespaceIn(metadata);
    if (namespace === undefined) return undefined;
    const owner = await ownerLabelOf(component);
    const found = await askedBeforeMaking(
      `Service barman-cloud is in namespace ${namespace} already`,
      "get Services and ServiceAccounts there",
      () => pluginOfOthers(kubernetes, namespace, owner),
      component,
    );
    return found === undefined ? undefined : alreadyThere(namespace, found);
  });
}

/**
 * What a namespace has of a plugin that this component did not make; one of an update that was broken off is its own.
 * That Pulumi made it says nothing, for another stack would take it along when it is destroyed. Throws if the cluster
 * does not tell.
 */
export async function pluginOfOthers(
  kubernetes: KubernetesArgs,
  namespace: string,
  owner: string,
): Promise<string | undefined> {
  const within = `/api/v1/namespaces/${namespace}`;
  const [service, account] = await Promise.all([
    ownerAt(kubernetes, `${within}/services/barman-cloud`),
    ownerAt(kubernetes, `${within}/serviceaccounts/plugin-barman-cloud`),
  ]);
  if (service && service.label !== owner) return "Service barman-cloud";
  // Another component of this kind makes it first, long before the Service. One without a label is a mere remnant.
  if (account?.label === undefined || account.label === owner) return undefined;
  return "ServiceAccount plugin-barman-cloud of another stack";
}

const serviceList = z.object({ items: z.array(labelled) });

/**
 * Whether there is a Barman Cloud plugin that the component of this owner label has not made. By the label that the
 * operator finds plugins by: the CRD says nothing, for it outlives them.
 */
export async function hasPluginOfOthers(kubernetes: KubernetesArgs, owner: string): Promise<Answer> {
  const selector = encodeURIComponent(`cnpg.io/pluginName=${barmanPlugin}`);
  const answer = await getOrUndefined(kubernetes, `/api/v1/services?labelSelector=${selector}`);
  const found = serviceList.safeParse(answer).data;
  if (!found) return "unknown";
  return found.items.some(({ metadata }) => metadata.labels[ownerLabel] !== owner) ? "yes" : "no";
}

const alreadyThere = (namespace: string, found: string): string =>
  `Namespace ${namespace} already has a Barman Cloud plugin (${found}). Keep it and do not use BarmanCloudPlugin ` +
  "(pulumi config set --path cnpg-rgw:barmanPlugin.enabled false). Or remove it first, but never its CRD: that would " +
  "delete every ObjectStore, which says where a database's backups are";
