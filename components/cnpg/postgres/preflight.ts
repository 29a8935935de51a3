import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { userError } from "../../check.ts";
import { settled } from "../../known-values.ts";
import { say } from "../../say.ts";
import { type S3Connection, connectionOf } from "../../s3/connection.ts";
import { S3Failure } from "../../s3/failure.ts";
import type { ClusterArgs } from "../kube-api.ts";
import { barmanPlugin } from "../barman.ts";
import { hasBaseBackup, isOccupied, readArchive } from "../archive/read-archive.ts";
import { recoveryProblem } from "../archive/recovery-problem.ts";
import { keptVolumes } from "../live/kept-volumes.ts";
import { type LiveCluster, clustersOf, liveCluster } from "../live/live-cluster.ts";
import { liveProblem } from "../live/problem.ts";
import type { PostgresClusterArgs } from "./args.ts";
import type { Plan } from "./plan.ts";

/** Label of a Cluster that says which component made it, so that a move or a new name is noticed. */
export const ownerLabel = "cnpg-rgw/component";

/**
 * The label's value: a digest of the component's URN, since label values have at most 63 characters. A promise and no
 * output: children whose inputs depended on their own component would wait for each other for ever.
 */
export async function ownerOf(component: pulumi.Resource): Promise<string> {
  const urn = await settled(component.urn);
  return createHash("sha256").update(urn).digest("hex").slice(0, 40);
}

/**
 * The plan, once nothing speaks against it: no running Cluster that it would harm, no foreign WAL where it would write,
 * and something to recover from where it recovers. In a first preview the keys may be unknown; the bucket is then
 * looked into by the update.
 */
export function approved(
  plan: pulumi.Output<Plan>,
  args: PostgresClusterArgs,
  cluster: ClusterArgs | undefined,
  component: pulumi.ComponentResource,
): pulumi.Output<Approved> {
  const live = plan.apply(async (known): Promise<Approved> => {
    if (!cluster) return { plan: known, live: unknown, volumes: [] };
    const [found, elsewhere, volumes] = await Promise.all([
      liveCluster(cluster, known.namespace, known.clusterName),
      moved(known, component, cluster),
      keptVolumes(cluster, known.namespace, known.clusterName),
    ]);
    const problem = liveProblem(plannedOf(known), found) ?? elsewhere;
    if (problem !== undefined) throw userError(problem, component);
    return { plan: known, live: found, volumes };
  });
  const connections = pulumi.all([
    connectionOf(args.backup.store.connection, component),
    connectionOf((args.recovery?.store ?? args.backup.store).connection, component),
  ]);
  const inspected = pulumi.all([live, connections]).apply(async ([found, [target, source]]) => {
    if (found.live.state === "present") await lookAfter(found.plan, target, component);
    else await inspect(found, target, source, component);
  });
  // What is only in the answer of the update must not make everything in a preview unknown.
  return pulumi.runtime.isDryRun()
    ? live
    : pulumi.all([live, pulumi.unsecret(inspected)]).apply(([found]): Approved => found);
}

/** A plan that nothing speaks against, and the Cluster of its name as it is before. */
export interface Approved {
  plan: Plan;
  live: LiveCluster;

  /** Volume claims that an earlier Cluster of its name has left. */
  volumes: string[];
}

const unknown: LiveCluster = { state: "unknown" };

const plannedOf = ({ cluster, serverName }: Plan) => ({
  storageSize: cluster.storage?.size,
  walStorageSize: cluster.walStorage?.size,
  imageName: cluster.imageName,
  serverName,
});

/** A replaced Cluster takes its volumes along; this is what the engine would otherwise call a replacement. */
async function moved(
  plan: Plan,
  component: pulumi.Resource,
  cluster: ClusterArgs,
): Promise<string | undefined> {
  const mine = await clustersOf(cluster, `${ownerLabel}=${await ownerOf(component)}`);
  if (mine === "unknown") return undefined;
  const elsewhere = mine.find(
    ({ namespace, name }) => namespace !== plan.namespace || name !== plan.clusterName,
  );
  if (!elsewhere) return undefined;
  const [is, planned] = [`${elsewhere.namespace}/${elsewhere.name}`, `${plan.namespace}/${plan.clusterName}`];
  return (
    `Database ${is} cannot become ${planned}: Kubernetes would delete it and its volumes, and start an empty one. ` +
    `Keep its name and namespace, and add a database of its own for ${planned} with recovery.from "${elsewhere.name}"; ` +
    `remove ${is} once the new one is in use.`
  );
}

/**
 * A Cluster that is there already has found its archive in order; whether WAL gets there its conditions say, and not
 * that the base backups are gone, as with a bucket that was made anew.
 */
async function lookAfter(plan: Plan, target: S3Connection, component: pulumi.Resource): Promise<void> {
  const { archive, namespace, clusterName } = plan;
  // A store that cannot be asked is the smoke check's business.
  if (await hasBaseBackup(target, archive).catch(() => true)) return;
  const isPlugin = plan.scheduledBackup.method === "plugin";
  const how = isPlugin ? ` --method plugin --plugin-name ${barmanPlugin}` : "";
  say(
    "warn",
    `Database ${namespace}/${clusterName} has no base backup at s3://${archive.bucket}/${archive.prefix}, and cannot be ` +
      `recovered before there is one. If none is under way (kubectl -n ${namespace} get backups), take one, of the ` +
      "primary, for a standby begins it further back, with WAL that may not be there: " +
      `kubectl cnpg backup ${clusterName} -n ${namespace} --backup-target primary${how}`,
    component,
  );
}

async function inspect(
  { plan, volumes }: Approved,
  target: S3Connection,
  source: S3Connection,
  component: pulumi.ComponentResource,
): Promise<void> {
  try {
    const hasArchive = await isOccupied(target, plan.archive);
    if (volumes.length > 0) {
      if (plan.source && !hasArchive) throw userError(volumesInTheWay(plan, volumes), component);
      say("info", takenOver(plan, volumes), component);
      return;
    }
    if (hasArchive) throw userError(occupied(plan), component);
    if (plan.source) await inspectSource(plan.source, source, component);
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
    if (!pulumi.runtime.isDryRun()) throw userError(error.message, component);
    // Whoever previews may be out of the store's reach, and the bucket may not have been made yet.
    say("warn", `The update will look into the bucket; this preview could not. ${error.message}`, component);
  }
}

async function inspectSource(
  { archive: location, target }: NonNullable<Plan["source"]>,
  connection: S3Connection,
  component: pulumi.ComponentResource,
): Promise<void> {
  const archive = await readArchive(connection, location);
  const { problem, warnings } = recoveryProblem(archive, target);
  if (problem !== undefined) throw userError(`recovery: ${problem}`, component);
  for (const warning of warnings) say("warn", `recovery: ${warning}`, component);
}

function occupied({ archive, serverName, clusterName }: Plan): string {
  return (
    `s3://${archive.bucket}/${archive.prefix} holds WAL or backups of another "${clusterName}" already, and two ` +
    `lineages in one place would spoil both. To bring that one back, set recovery.from to "${clusterName}"; to start ` +
    `beside it, set backup.serverName to a new name, such as "${serverName}-new".`
  );
}

const takenOver = ({ namespace, clusterName }: Plan, volumes: string[]): string =>
  `Database ${namespace}/${clusterName} starts from the volumes that the earlier one of that name has left: ${volumes.join(", ")}.`;

function volumesInTheWay({ namespace, clusterName }: Plan, volumes: string[]): string {
  return (
    `Database ${namespace}/${clusterName} cannot be recovered while the volumes of an earlier one of that name are ` +
    `there (${volumes.join(", ")}): CloudNativePG would start from them, and not from the backups. Without recovery ` +
    `it goes on with them; if they are not needed any more, kubectl -n ${namespace} delete pods,pvc,services -l ` +
    `cnpg.io/cluster=${clusterName}`
  );
}
