import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { customResource } from "../kubernetes/custom-resource.ts";
import { keepsFields } from "../kubernetes/keep-fields.ts";
import type { KubernetesArgs } from "../kubernetes/kubernetes-args.ts";
import { ownerLabel, ownerLabelOf, takesBack } from "../kubernetes/owner.ts";
import type { PostgresClusterArgs } from "./args.ts";
import { protectedLabel } from "./labels.ts";
import { type Plan, objectStoreName, scheduleName, sourceStoreName } from "./plan/plan.ts";
import { refusesOthers } from "./preflight/foreign-objects.ts";

type CustomResource = k8s.apiextensions.CustomResource;

/** What all resources of a database are made with. */
export interface Making {
  /** Of the component. */
  name: string;
  plan: pulumi.Output<Plan>;
  args: PostgresClusterArgs;
  kubernetes: KubernetesArgs | undefined;
  parent: pulumi.Resource;
}

/**
 * The ObjectStore that it archives to, and the one that it is recovered from.
 * @param hooks of the first one
 */
export function makeObjectStores(
  { name, plan, args, kubernetes, parent }: Making,
  hooks: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const looks = () =>
    pulumi.mergeOptions(refusesOthers(parent, kubernetes, "ObjectStore"), keepsFields(parent, kubernetes));
  const opts = () => ({ parent, ...looks() });
  const store = customResource(
    "ObjectStore",
    `${name}-store`,
    {
      metadata: metadataOf(plan, ({ clusterName }) => objectStoreName(clusterName), parent),
      spec: plan.objectStore,
    },
    pulumi.mergeOptions(hooks, opts()),
    kubernetes,
  );
  if (!args.recovery) return [store];
  const source = customResource(
    "ObjectStore",
    `${name}-source-store`,
    {
      metadata: metadataOf(plan, ({ clusterName }) => sourceStoreName(clusterName), parent),
      spec: plan.apply(({ sourceStore, objectStore }) => sourceStore ?? objectStore),
    },
    opts(),
    kubernetes,
  );
  return [store, source];
}

/** The Cluster, as the component's own, and never another's. */
export function makeCluster(
  { name, plan, args, kubernetes, parent }: Making,
  { hooks, ...opts }: pulumi.CustomResourceOptions,
): CustomResource {
  const annotations = pulumi.all([plan, args.backup.store.secretVersion]).apply(([known, secretVersion]) => ({
    ...takesBack,
    ...known.annotations,
    ...(kubernetes === undefined && { "pulumi.com/waitFor": "condition=Ready" }),
    ...(secretVersion !== undefined && { "cnpg-rgw/secret-version": secretVersion }),
  }));
  // One by one: a version that is not known yet must not make a preview think that the name changes.
  const metadata = {
    namespace: plan.namespace,
    name: plan.clusterName,
    labels: {
      [ownerLabel]: ownerLabelOf(parent),
      ...(opts.protect === true && { [protectedLabel]: "true" }),
    },
    annotations,
  };
  const looks = pulumi.mergeOptions(
    pulumi.mergeOptions(refusesOthers(parent, kubernetes, "Cluster"), hooks === undefined ? {} : { hooks }),
    keepsFields(parent, kubernetes),
  );
  const spec = plan.cluster;
  return customResource(
    "Cluster",
    `${name}-cluster`,
    { metadata, spec },
    { parent, ...opts, ...looks },
    kubernetes,
  );
}

/** @param firstBackup resolves once the first base backup in a new place can be taken */
export function makeScheduledBackup(
  { name, plan, kubernetes, parent }: Making,
  cluster: CustomResource,
  firstBackup: pulumi.Output<unknown>,
): CustomResource {
  return customResource(
    "ScheduledBackup",
    `${name}-schedule`,
    { metadata: metadataOf(plan, scheduleName, parent), spec: plan.scheduledBackup },
    {
      parent,
      ...keepsFields(parent, kubernetes),
      dependsOn: cluster,
      // Only a new one takes a base backup at once, and the WAL of a new Cluster is of no use before.
      replacementTrigger: pulumi
        .all([cluster.metadata, firstBackup])
        .apply(([{ uid }]: [{ uid?: string }, unknown]) => uid ?? ""),
      deleteBeforeReplace: true,
    },
  );
}

const metadataOf = (plan: pulumi.Output<Plan>, nameOf: (plan: Plan) => string, component: pulumi.Resource) =>
  plan.apply((known) => ({
    namespace: known.namespace,
    name: nameOf(known),
    labels: { [ownerLabel]: ownerLabelOf(component) },
    annotations: takesBack,
  }));
