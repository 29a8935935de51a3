import { z } from "zod";

import { type KubernetesArgs, flux, getIfThere, getOrUndefined } from "../kubernetes/questions.ts";

/** Where the operator of a cluster is, and what made it. */
export interface ExistingOperator {
  namespace: string;
  release: Release | undefined;
  /** As the chart labels its objects, such as `cloudnative-pg-0.28.0`. */
  chart: string | undefined;
  /** What in Flux installed it, such as `HelmRelease flux-system/cnpg`. */
  flux: string | undefined;
}

export interface Release {
  name: string;
  namespace: string;
}

const metadata = z.object({
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});
const webhooks = z.object({
  metadata,
  webhooks: z
    .array(
      z.object({
        clientConfig: z.object({ service: z.object({ namespace: z.string() }).optional() }),
        rules: z.array(z.object({ apiGroups: z.array(z.string()).default([]) })).default([]),
      }),
    )
    .default([]),
});
const webhooksList = z.object({ items: z.array(webhooks) });
const definition = z.object({ metadata });

/**
 * The operator of a cluster: chart and manifest give its webhooks the same, fixed name, and OLM one of its own. Undefined
 * if there is none. Throws, as all of these do, if the cluster does not tell.
 */
export async function findOperator(kubernetes: KubernetesArgs): Promise<ExistingOperator | undefined> {
  const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
  const named = await getIfThere(kubernetes, `${path}/cnpg-validating-webhook-configuration`, webhooks);
  const found = named ?? (await webhooksOfAnyName(kubernetes, path));
  const namespace = found?.webhooks[0]?.clientConfig.service?.namespace;
  if (found === undefined || namespace === undefined) return undefined;
  const { labels } = found.metadata;
  return {
    namespace,
    release: releaseOf(found.metadata),
    chart: labels["helm.sh/chart"],
    flux: flux(labels),
  };
}

/** Who may not list them learns nothing more by this. */
async function webhooksOfAnyName(
  kubernetes: KubernetesArgs,
  path: string,
): Promise<z.infer<typeof webhooks> | undefined> {
  const all = webhooksList.safeParse(await getOrUndefined(kubernetes, path)).data?.items ?? [];
  const isOperators = ({ rules }: z.infer<typeof webhooks>["webhooks"][number]): boolean =>
    rules.some(({ apiGroups }) => apiGroups.includes("postgresql.cnpg.io"));
  return all.find((each) => each.webhooks.some(isOperators));
}

/** Who owns the operator's CRDs, which outlive it: a Helm release, or none. Undefined if there are no CRDs. */
export async function ownerOfDefinitions(
  kubernetes: KubernetesArgs,
): Promise<{ release: Release | undefined } | undefined> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/clusters.postgresql.cnpg.io";
  const found = await getIfThere(kubernetes, path, definition);
  return found && { release: releaseOf(found.metadata) };
}

/** What Helm itself goes by when it says whose an object is. */
function releaseOf({ labels, annotations }: z.infer<typeof metadata>): Release | undefined {
  const name = annotations["meta.helm.sh/release-name"];
  const namespace = annotations["meta.helm.sh/release-namespace"];
  const isHelms = labels["app.kubernetes.io/managed-by"] === "Helm";
  return isHelms && name !== undefined && namespace !== undefined ? { name, namespace } : undefined;
}

/** Path of the Secrets that are Helm's records of a release, by a condition on their labels. */
export function recordsOf({ name, namespace }: Release, condition: string): string {
  const selector = encodeURIComponent(`owner=helm,name=${name},${condition}`);
  return `/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`;
}

/** Whether Helm has a release of this name; one that was uninstalled with its history kept is none. */
export const hasRelease = (kubernetes: KubernetesArgs, release: Release): Promise<boolean> =>
  hasRecord(kubernetes, release, "status notin (uninstalled,superseded)");

/** Whether Helm keeps a record of an uninstalled release of this name. */
export const hasHistory = (kubernetes: KubernetesArgs, release: Release): Promise<boolean> =>
  hasRecord(kubernetes, release, "status=uninstalled");

/** Whether Helm keeps a record of this release on a condition on the record's labels. */
export async function hasRecord(
  kubernetes: KubernetesArgs,
  release: Release,
  condition: string,
): Promise<boolean> {
  const path = `${recordsOf(release, condition)}&limit=1`;
  const found = await getIfThere(kubernetes, path, z.object({ items: z.array(z.unknown()) }));
  return found !== undefined && found.items.length > 0;
}
