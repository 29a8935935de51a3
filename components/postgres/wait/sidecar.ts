import { isDeepStrictEqual } from "node:util";

import { z } from "zod";

import { fromJson } from "../../pulumi/arguments.ts";
import { getOrUndefined } from "../../kubernetes/questions.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import { type Named, annotate } from "./annotate.ts";
import { instancesOf } from "../cluster/instances.ts";
import { billionthsOf } from "../../kubernetes/quantity.ts";
import type { Pod } from "../cluster/pods-and-jobs.ts";

/** The container that the Barman Cloud plugin adds to an instance. */
export const sidecarName = "plugin-barman-cloud";

const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({});
const environment = z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]);
const resources = z.object({ requests: quantities, limits: quantities });

/** What an ObjectStore's `instanceSidecarConfiguration` says of the container; the rest the plugin reads as it runs. */
const planned = z.object({
  env: environment,
  resources: resources.default({ requests: {}, limits: {} }),
  additionalContainerArgs: z.array(z.string()).default([]),
  logLevel: z.string().default("info"),
});

export type SidecarConfiguration = z.infer<typeof planned>;

const objectStore = z.object({
  spec: z.object({ instanceSidecarConfiguration: planned.default(planned.parse({})) }),
});

/** As the cluster has it; undefined where there is no ObjectStore of that name, and where Kubernetes does not say. */
export async function sidecarConfiguration(
  cluster: KubernetesArgs,
  namespace: string,
  name: string,
): Promise<SidecarConfiguration | undefined> {
  const path = `/apis/barmancloud.cnpg.io/v1/namespaces/${namespace}/objectstores/${name}`;
  return objectStore.safeParse(await getOrUndefined(cluster, path)).data?.spec.instanceSidecarConfiguration;
}

const container = z.object({
  name: z.string(),
  args: z.array(z.string()).default([]),
  env: environment,
  resources: resources.default({ requests: {}, limits: {} }),
});
const podSpec = z.object({
  initContainers: z.array(container).default([]),
  containers: z.array(container).default([]),
});
type PodSpec = z.infer<typeof podSpec>;

/**
 * The first instance whose sidecar is not as the ObjectStore says. The plugin reads that when an instance is made: the
 * operator looks at it again only when something else of the Cluster changes, and at the arguments never (1.30).
 */
export function staleSidecar(pods: Pod[], wanted: SidecarConfiguration): string | undefined {
  return instancesOf(pods).find(({ metadata: { annotations } }) => {
    // As the operator made it, before webhooks and LimitRanges had a hand in it.
    const spec = podSpec.safeParse(fromJson(annotations?.["cnpg.io/podSpec"] ?? "")).data;
    return spec !== undefined && isStale(spec, wanted);
  })?.metadata.name;
}

function isStale({ initContainers, containers }: PodSpec, wanted: SidecarConfiguration): boolean {
  const sidecar = [...initContainers, ...containers].find(({ name }) => name === sidecarName);
  if (sidecar === undefined) return false;
  const inherited = containers.find(({ name }) => name === "postgres")?.env ?? [];
  return !(
    isDeepStrictEqual(argsOf(sidecar.args), [
      ...wanted.additionalContainerArgs,
      `--log-level=${wanted.logLevel}`,
    ]) &&
    areSame(sidecar.resources.requests, wanted.resources.requests) &&
    areSame(sidecar.resources.limits, wanted.resources.limits) &&
    wanted.env.every(({ name, value }) => {
      // What PostgreSQL's container has under a name counts there.
      if (inherited.some((variable) => variable.name === name)) return true;
      return sidecar.env.some((variable) => variable.name === name && variable.value === value);
    }) &&
    sidecar.env.every(({ name }) =>
      [...inherited, ...wanted.env].some((variable) => variable.name === name || ofPlugin.has(name)),
    )
  );
}

const ofPlugin = new Set([
  "NAMESPACE",
  "CLUSTER_NAME",
  "SPOOL_DIRECTORY",
  "CUSTOM_CNPG_GROUP",
  "CUSTOM_CNPG_VERSION",
]);

/** Behind the command; a plugin of before the log level could be set gives none. */
function argsOf([, ...args]: string[]): string[] {
  return args.some((arg) => arg.startsWith("--log-level=")) ? args : [...args, "--log-level=info"];
}

function areSame(some: Record<string, string>, others: Record<string, string>): boolean {
  const exact = (amounts: Record<string, string>) =>
    Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, billionthsOf(amount)]));
  return isDeepStrictEqual(exact(some), exact(others));
}

/** Has the operator restart the instances one by one, the primary last, as `kubectl cnpg restart` does. */
export const restartInstances = (cluster: KubernetesArgs, of: Named, deadline: AbortSignal): Promise<void> =>
  annotate(cluster, of, "kubectl.kubernetes.io/restartedAt", deadline);
