import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { userError } from "../../pulumi/arguments.ts";
import { log } from "../../pulumi/log.ts";
import { getIfThere, getOrUndefined } from "../../kubernetes/questions.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import { classOf } from "./volumes.ts";
import type { PostgresClusterArgs } from "../args.ts";
import {
  type LimitRange,
  type ResourceQuota,
  crowdedProblem,
  limitRangeList,
  namespaceProblem,
  resourceQuotaList,
} from "./namespace-limits.ts";
import type { Plan } from "../plan/plan.ts";
import type { Approved } from "./preflight.ts";

/**
 * Whether the cluster has, and the namespace allows, what the plan needs. What a new database could never come up with is
 * an error; one that runs goes on, and would not be made anew, so there it is a warning. Where Kubernetes does not say,
 * the update will.
 */
export async function fitting(
  found: Approved,
  cluster: KubernetesArgs | undefined,
  isClassMadeHere: boolean,
  component: pulumi.Resource,
): Promise<Approved> {
  const { plan, live, volumes } = found;
  if (cluster === undefined || live.state === "unknown") return found;
  const of = `Database ${plan.namespace}/${plan.clusterName}`;
  // Volumes that were kept are taken as they are.
  const isNew = live.state === "absent" && volumes.length === 0;
  const asksForClass = isNew && !(isClassMadeHere && pulumi.runtime.isDryRun());
  const limits = await limitsOf(cluster, plan, isNew);
  const within = `namespace ${plan.namespace} does not allow it: `;
  const problem =
    (asksForClass ? await classProblem(cluster, plan) : undefined) ??
    prefixed(within, namespaceProblem(plan, ...limits));
  const crowded = problem === undefined ? crowdedProblem(plan, ...limits) : undefined;
  if (crowded !== undefined)
    log("warn", `${of} may not come up in namespace ${plan.namespace}: ${crowded}`, component);
  if (problem === undefined) return found;
  if (live.state === "absent") throw userError(`${of} cannot come up: ${problem}`, component);
  log("warn", `${of} runs, but its pods could not be made anew: ${problem}`, component);
  return found;
}

/** Whether the name of the StorageClass is an output: in a preview the resource that it is of may not be there yet. */
export const isClassGivenByResource = ({ storage, spec }: PostgresClusterArgs): boolean =>
  pulumi.Output.isInstance(storage.storageClass) || pulumi.Output.isInstance(spec);

const prefixed = (prefix: string, text: string | undefined): string | undefined => text && `${prefix}${text}`;

/** Quotas are about what is made, which a database that is there has taken already. */
async function limitsOf(
  cluster: KubernetesArgs,
  plan: Plan,
  isNew: boolean,
): Promise<[LimitRange[], ResourceQuota[]]> {
  const path = `/api/v1/namespaces/${plan.namespace}`;
  const [ranges, quotas] = await Promise.all([
    getOrUndefined(cluster, `${path}/limitranges`),
    isNew ? getOrUndefined(cluster, `${path}/resourcequotas`) : undefined,
  ]);
  return [
    limitRangeList.safeParse(ranges).data?.items ?? [],
    resourceQuotaList.safeParse(quotas).data?.items ?? [],
  ];
}

const storageClasses = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
    }),
  ),
});
const volumes = z.object({
  items: z.array(
    z.object({
      spec: z.object({ storageClassName: z.string().default("") }),
      status: z.object({ phase: z.string().optional() }).default({}),
    }),
  ),
});

async function classProblem(
  cluster: KubernetesArgs,
  { cluster: { storage, walStorage } }: Plan,
): Promise<string | undefined> {
  const known = storageClasses.safeParse(
    await getOrUndefined(cluster, "/apis/storage.k8s.io/v1/storageclasses"),
  ).data;
  if (known === undefined) return undefined;
  const names = known.items.map(({ metadata }) => metadata.name);
  const planned = [classOf(storage), ...(walStorage ? [classOf(walStorage)] : [])];
  const missing = planned.filter((name) =>
    name === undefined ? !hasDefault(known.items) : name !== "" && !names.includes(name),
  );
  if (missing.length === 0) return undefined;
  const [absent] = missing;
  if (await mayBeBound(cluster, absent)) return undefined;
  const there = names.length === 0 ? "none" : names.join(", ");
  return absent === undefined
    ? `no StorageClass of the cluster is the default one (there are: ${there}). Set storage.storageClass.`
    : `the cluster has no StorageClass "${absent}" (there are: ${there}). Set storage.storageClass to one of them, or make` +
        " it first.";
}

/** Kubernetes goes by either annotation. */
const hasDefault = (items: z.infer<typeof storageClasses>["items"]): boolean =>
  items.some(({ metadata: { annotations } }) =>
    ["storageclass", "storageclass.beta"].some(
      (group) => annotations[`${group}.kubernetes.io/is-default-class`] === "true",
    ),
  );

/** Volumes that somebody has made by hand need no StorageClass of the name that they bear. */
async function mayBeBound(cluster: KubernetesArgs, className = ""): Promise<boolean> {
  const found = await getIfThere(cluster, "/api/v1/persistentvolumes", volumes).catch(() => undefined);
  if (found === undefined) return true;
  return found.items.some(
    ({ spec, status }) => spec.storageClassName === className && status.phase === "Available",
  );
}
