import * as pulumi from "@pulumi/pulumi";

import { userError } from "../../pulumi/arguments.ts";
import { isMocked } from "../../pulumi/mocks.ts";
import type { KubernetesArgs } from "../../kubernetes/kubernetes-args.ts";
import { ownerLabelOf } from "../../kubernetes/owner.ts";
import { connectionOf } from "../../s3/connection.ts";
import type { PostgresClusterArgs } from "../args.ts";
import type { Plan } from "../plan/plan.ts";
import { type Circumstances, type Situation, judge } from "./judge.ts";
import { judgeBucket } from "./judge-bucket.ts";
import { notObserved, observe } from "./observe.ts";
import { type Connections, observeBucket } from "./observe-bucket.ts";
import { type Verdict, tell } from "./verdict.ts";

/** What of the arguments counts beside the plan. */
export interface Declared {
  /** Whether the engine itself refuses to delete the database. */
  isProtected: boolean;

  /** Whether the name of the StorageClass is of a resource, which a preview may not find yet. */
  isClassOfResource: boolean;
}

/**
 * The plan with what it meets, once nothing speaks against it: Kubernetes and the buckets are observed, and what they
 * say is judged. In a first preview the keys may be unknown; the update then looks into the buckets.
 */
export function approved(
  plan: pulumi.Output<Plan>,
  connections: pulumi.Output<Connections>,
  kubernetes: KubernetesArgs | undefined,
  component: pulumi.ComponentResource,
  declared: Declared,
): pulumi.Output<Situation> {
  // A unit test of a program has no Kubernetes to ask.
  const asked = isMocked() ? undefined : kubernetes;
  const situation = plan.apply((known) => situationOf(known, asked, component, declared));
  const inspected = pulumi.all([situation, connections]).apply(async ([found, known]) => {
    const seen = await observeBucket(found, known);
    const isPreview = pulumi.runtime.isDryRun();
    pronounce(judgeBucket(found, seen, { isPreview, now: new Date() }), component);
  });
  // What is only in the answer of the update must not make everything in a preview unknown.
  return pulumi.runtime.isDryRun()
    ? situation
    : pulumi.all([situation, pulumi.unsecret(inspected)]).apply(([found]): Situation => found);
}

/** What the plan meets in Kubernetes. Throws where it cannot be. */
export async function situationOf(
  plan: Plan,
  kubernetes: KubernetesArgs | undefined,
  component: pulumi.ComponentResource,
  { isProtected, isClassOfResource }: Declared,
): Promise<Situation> {
  const isPreview = pulumi.runtime.isDryRun();
  const observed = kubernetes
    ? await observe(plan, {
        kubernetes,
        owner: await ownerLabelOf(component),
        isPreview,
        isClassOfResource,
      })
    : notObserved;
  const circumstances: Circumstances = { isPreview, isProtected };
  const { situation, ...verdict } = judge(plan, observed, circumstances);
  pronounce(verdict, component);
  return situation;
}

function pronounce(verdict: Verdict, component: pulumi.Resource): void {
  const problem = tell(verdict, component);
  if (problem !== undefined) throw userError(problem, component);
}

/** How to look into the buckets, as a secret. */
export function connectionsOf(
  { backup, recovery }: PostgresClusterArgs,
  component: pulumi.ComponentResource,
): pulumi.Output<Connections> {
  return pulumi
    .all([
      connectionOf(backup.store.connection, component),
      connectionOf((recovery?.store ?? backup.store).connection, component),
    ])
    .apply(([target, source]) => ({ target, source }));
}

export const isClassOfResource = ({ storage, spec }: PostgresClusterArgs): boolean =>
  pulumi.Output.isInstance(storage.storageClass) || pulumi.Output.isInstance(spec);
