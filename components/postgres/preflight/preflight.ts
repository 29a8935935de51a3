import * as pulumi from "@pulumi/pulumi";

import { beforeCreate, beforeUpdate } from "../../pulumi/hooks.ts";
import { userError } from "../../pulumi/arguments.ts";
import { ifKnown, knownValues } from "../../pulumi/outputs.ts";
import { isMocked } from "../../pulumi/mocks.ts";
import { connectionOf } from "../../s3/connection.ts";
import { log } from "../../pulumi/log.ts";
import { answered } from "../../kubernetes/ask-first.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import { archivePlace, placeOfStore } from "../cluster/archive-place.ts";
import { clusterSpec, declaredCluster } from "../cluster/cluster-resource.ts";
import { keptVolumes } from "./kept-volumes.ts";
import {
  type LiveCluster,
  type PresentCluster,
  findCluster,
  presentCluster,
} from "../cluster/live-cluster.ts";
import { type PlannedCluster, liveProblem } from "./problem.ts";
import { startOf } from "../cluster/bootstrap.ts";
import { classOf, growthProblem, replaceInstance, volumeClasses } from "./volumes.ts";
import type { PostgresClusterArgs } from "../args.ts";
import { type Connections, bucketProblem } from "./bucket-check.ts";
import type { Plan } from "../plan/plan.ts";
import { type Move, moveOf, moveProblem } from "./archive-move.ts";
import { movedProblem } from "./renamed.ts";
import { lookAfter } from "./missing-base-backup.ts";

/** A plan that nothing speaks against, and the Cluster of its name as it is before. */
export interface Approved {
  plan: Plan;
  live: LiveCluster;

  /** What the plan changes about where the Cluster archives. */
  move: Move | undefined;

  /** Whether nobody says where the running Cluster archives: then what the engine made of its store does. */
  isPlaceUnknown?: boolean;

  /** Volume claims that an earlier Cluster of its name has left. */
  volumes: string[];
}

/**
 * The plan, once nothing speaks against it: no running Cluster that it would harm, no foreign WAL where it would write,
 * and something to recover from where it recovers. In a first preview the keys may be unknown; the bucket is then
 * looked into by the update.
 */
export function approved(
  plan: pulumi.Output<Plan>,
  connections: pulumi.Output<Connections>,
  cluster: KubernetesArgs | undefined,
  component: pulumi.ComponentResource,
  isProtected = true,
): pulumi.Output<Approved> {
  // A unit test of a program has no cluster to ask.
  const asked = isMocked() ? undefined : cluster;
  const live = plan.apply((known) => compared(known, asked, component, isProtected));
  const inspected = pulumi.all([live, connections]).apply(async ([found, known]) => {
    const problem = await bucketProblemOf(found, known, component);
    if (problem !== undefined) throw userError(problem, component);
  });
  // What is only in the answer of the update must not make everything in a preview unknown.
  return pulumi.runtime.isDryRun()
    ? live
    : pulumi.all([live, pulumi.unsecret(inspected)]).apply(([found]): Approved => found);
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

/**
 * Options for a Cluster of which Kubernetes does not say whether it is there: its own WAL in the bucket would look like
 * another's. So the look into the bucket waits until the engine, which knows, is about to make it; and what it is to
 * become is compared with what the engine made of it before.
 */
export function inspectedFirst(
  found: pulumi.Output<Approved>,
  connections: pulumi.Output<Connections>,
  component: pulumi.ComponentResource,
): { hooks?: pulumi.ResourceHookBinding } {
  const both = () => ifKnown(pulumi.all([found, connections]));
  return pulumi.mergeOptions(
    beforeCreate(component, async () => {
      const known = await both();
      return known && creationProblem(...known, component);
    }),
    beforeUpdate(component, async (_inputs, { metadata, spec }) => {
      const known = await both();
      return known && changeProblem(...known, await knownValues({ metadata, spec }), component);
    }),
  );
}

/**
 * The same for the ObjectStore that it archives to, which is changed before it: what the engine made of that says from
 * where the backups would move.
 */
export function storeInspectedFirst(
  found: pulumi.Output<Approved>,
  connections: pulumi.Output<Connections>,
  component: pulumi.Resource,
): { hooks?: pulumi.ResourceHookBinding } {
  return beforeUpdate(component, async (_inputs, { spec }) => {
    const known = await ifKnown(pulumi.all([found, connections]));
    return known && storeProblem(...known, await knownValues({ spec }), component);
  });
}

/** What speaks against a change of an ObjectStore, and has not been looked for before. */
export async function storeProblem(
  { plan, live, isPlaceUnknown = false }: Approved,
  { target }: Connections,
  inputsBefore: unknown,
  component: pulumi.Resource,
): Promise<string | undefined> {
  const place = live.state === "unknown" || isPlaceUnknown ? placeOfStore(inputsBefore) : undefined;
  const move = place && moveOf(plan, live.state === "present" ? live : {}, place);
  return move && moveProblem(plan, move, target, component);
}

/** What speaks against a change of a Cluster, and has not been looked for before. */
export async function changeProblem(
  { plan, live }: Approved,
  { target }: Connections,
  inputsBefore: unknown,
  component: pulumi.Resource,
): Promise<string | undefined> {
  const before = live.state === "unknown" ? declaredCluster(inputsBefore) : undefined;
  if (!before) return undefined;
  const was = presentCluster(before);
  const problem = liveProblem(plannedOf(plan), was);
  if (problem !== undefined) return problem;
  const move = moveOf(plan, was, was.place);
  return move && moveProblem(plan, move, target, component);
}

/** What speaks against making a Cluster, and has not been looked for before. */
export async function creationProblem(
  { plan, live, volumes }: Approved,
  connections: Connections,
  component: pulumi.Resource,
): Promise<string | undefined> {
  return live.state === "unknown" ? bucketProblem(plan, volumes, connections, component) : undefined;
}

/** The plan beside what Kubernetes has; an error where a running Cluster cannot become the planned one. */
export async function compared(
  plan: Plan,
  cluster: KubernetesArgs | undefined,
  component: pulumi.Resource,
  isProtected = true,
): Promise<Approved> {
  if (!cluster) return { plan, live: { state: "unknown" }, move: undefined, volumes: [] };
  const live = await liveOf(plan, cluster, component);
  const [elsewhere, volumes] = await Promise.all([
    movedProblem(plan, { live, isProtected }, component, cluster),
    keptVolumes(cluster, plan.namespace, plan.clusterName),
  ]);
  const problem =
    liveProblem(plannedOf(plan), live) ?? elsewhere ?? (await growthProblem(cluster, plan.cluster, live));
  if (problem !== undefined) throw userError(problem, component);
  if (live.state === "absent" && plan.source && volumes === undefined) sayUnseenVolumes(plan, component);
  if (live.state !== "present") return { plan, live, move: undefined, volumes: volumes ?? [] };
  await sayStorageClass(plan, live, cluster, component);
  return { plan, live, ...(await placeBeside(plan, live, cluster, component)), volumes: volumes ?? [] };
}

async function liveOf(
  { namespace, clusterName }: Plan,
  cluster: KubernetesArgs,
  resource: pulumi.Resource,
): Promise<LiveCluster> {
  const found = await answered({
    what: `Cluster ${namespace}/${clusterName} runs, and how`,
    right: "get clusters.postgresql.cnpg.io there",
    ask: () => findCluster(cluster, namespace, clusterName),
    resource,
    // The engine, which asks the provider, then says before it makes or changes the Cluster what it was.
    isNeeded: false,
  });
  return found ?? { state: "unknown" };
}

async function placeBeside(
  plan: Plan,
  live: PresentCluster,
  cluster: KubernetesArgs,
  resource: pulumi.Resource,
): Promise<Pick<Approved, "move" | "isPlaceUnknown">> {
  const found = await answered({
    what: `database ${live.namespace}/${live.name} archives to where it is planned to`,
    right: "get objectstores.barmancloud.cnpg.io there",
    ask: async () => ({ place: await archivePlace(cluster, live) }),
    resource,
    isNeeded: false,
  });
  return found ? { move: moveOf(plan, live, found.place) } : { move: undefined, isPlaceUnknown: true };
}

/** What in the buckets speaks against the plan, by the state of the Cluster. */
export async function bucketProblemOf(
  { plan, live, move, volumes }: Approved,
  connections: Connections,
  component: pulumi.Resource,
): Promise<string | undefined> {
  switch (live.state) {
    case "unknown":
      return undefined;
    case "absent":
      return bucketProblem(plan, volumes, connections, component);
    case "present":
      if (move !== undefined) return moveProblem(plan, move, connections.target, component);
      await lookAfter(plan, connections.target, component, live.isAtRest);
      return undefined;
  }
}

function sayUnseenVolumes({ namespace, clusterName }: Plan, component: pulumi.Resource): void {
  log(
    "warn",
    `Could not ask for volumes of an earlier ${clusterName} in namespace ${namespace}: CloudNativePG would start from ` +
      `them, and not from the backups. See \`kubectl -n ${namespace} get pvc -l cnpg.io/cluster=${clusterName}\`, or give ` +
      "whoever runs pulumi the right to list persistentvolumeclaims there.",
    component,
  );
}

/** Volumes that are there do not follow another StorageClass. */
async function sayStorageClass(
  plan: Plan,
  live: PresentCluster,
  cluster: KubernetesArgs,
  component: pulumi.Resource,
): Promise<void> {
  const planned = classOf(plan.cluster.storage);
  if (planned === live.storageClass) return;
  const stale = (await volumeClasses(cluster, live, ["PG_DATA"])).filter((name) => name !== planned);
  if (stale.length === 0) return;
  log(
    "warn",
    `Database ${live.namespace}/${live.name} gets its next volumes from ` +
      `${planned === undefined ? "the default StorageClass" : `StorageClass ${planned}`}; those that it has stay in ` +
      `${stale.join(", ")}. To move them, add an instance, and remove each old one with its volume, the primary last: ` +
      `${replaceInstance(live)}.`,
    component,
  );
}

const plannedOf = ({ cluster, serverName, source }: Plan): PlannedCluster => ({
  acceptLoss: source?.acceptLoss,
  storageSize: cluster.storage?.size,
  walStorageSize: cluster.walStorage?.size,
  imageName: cluster.imageName,
  imageCatalogRef: cluster.imageCatalogRef,
  serverName,
  start: startOf(clusterSpec.pick({ bootstrap: true, externalClusters: true }).parse(cluster)),
});
