import { setTimeout as sleep } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { log } from "../../pulumi/log.ts";
import type { S3Connection } from "../../s3/connection.ts";
import { archiveUrl } from "../../archive/location.ts";
import { isOccupied } from "../../archive/read-archive.ts";
import { systemIdsIn } from "../../archive/system-ids.ts";
import { type KubernetesArgs, getIfThere } from "../../kubernetes/questions.ts";
import { apiPathOf } from "../../crds/schema.ts";
import { checkpointEverywhere } from "../cluster/checkpoint.ts";
import type { Place } from "../cluster/cluster-resource.ts";
import type { LiveCluster, PresentCluster } from "../cluster/live-cluster.ts";
import { orStoreTrouble } from "./bucket-check.ts";
import { type Plan, scheduleName } from "../plan/plan.ts";
import { replaySettingsOf, untilSettingsAreInForce } from "../plan/replay-settings.ts";
import { backupCommand } from "./missing-base-backup.ts";

/** Where a running Cluster archives, and where it is to archive from now on. */
export interface Move {
  /** Whether just the store's address changes: that may be another store, or the same one. */
  isAddress: boolean;
  from: string;
  to: string;

  /** System identifier of the running Cluster's data, where Kubernetes says it. */
  systemId?: string | undefined;
}

/** What the plan changes about where a running Cluster archives; nothing where that cannot be told. */
export function moveOf(
  plan: Plan,
  { serverName = plan.serverName, systemId }: Pick<PresentCluster, "serverName" | "systemId">,
  place: Place | undefined,
): Move | undefined {
  const below = withoutSpareSlashes(place?.destinationPath ?? plan.destinationPath);
  const [from, to] = [`${below}/${serverName}`, archiveUrl(plan.archive)];
  const known = systemId === undefined ? {} : { systemId };
  if (from !== to) return { isAddress: false, from, to, ...known };
  if (
    place?.endpoint === undefined ||
    withoutSpareSlashes(place.endpoint) === withoutSpareSlashes(plan.endpoint)
  )
    return undefined;
  return { isAddress: true, from: place.endpoint, to: plan.endpoint, ...known };
}

const withoutSpareSlashes = (url: string): string => url.replace(/([^:])\/{2,}/g, "$1/").replace(/\/$/, "");

/**
 * What speaks against a move: the new place must be empty, and has no base backup then. That of the same name at another
 * address may hold copies, or be the same store: then it holds what this database has archived, and no other.
 */
export async function moveProblem(
  plan: Plan,
  move: Move,
  target: S3Connection,
  component: pulumi.Resource,
): Promise<string | undefined> {
  const { from, to } = move;
  const database = `Database ${plan.namespace}/${plan.clusterName}`;
  if (move.isAddress) return addressProblem(plan, move, target, component);
  return orStoreTrouble(component, async () => {
    if (await isOccupied(target, plan.archive)) {
      return (
        `${database} archives to ${from}, and the plan says ${to}, which holds WAL or backups already: two lineages in ` +
        "one place would spoil both. Keep the bucket, the path and backup.serverName of before, or choose a place of " +
        "its own that is empty."
      );
    }
    log(
      "warn",
      `${database} archives to ${to} from now on, and a base backup is taken there at once. What it has at ${from} stays ` +
        "there: retention does not delete it any more, and a recovery to a moment before the change has to name that " +
        "place, with the bucket, the path and the serverName of then in recovery.",
      component,
    );
    return undefined;
  });
}

async function addressProblem(
  plan: Plan,
  { from, to, systemId }: Move,
  target: S3Connection,
  component: pulumi.Resource,
): Promise<string | undefined> {
  const database = `Database ${plan.namespace}/${plan.clusterName}`;
  return orStoreTrouble(component, async () => {
    const found = await systemIdsIn(target, plan.archive);
    const others = systemId === undefined ? [] : found.filter((id) => id !== systemId);
    if (others.length > 0) {
      return (
        `${database} archives to the store at ${from}, and the plan says ${to}, where ${archiveUrl(plan.archive)} holds ` +
        `backups of another database (system identifier ${others.join(", ")}; that of this one is ${systemId ?? ""}): two ` +
        "lineages in one place would spoil both. Keep the endpoint of before, or choose a place of its own that is " +
        "empty: another bucket, path or backup.serverName."
      );
    }
    const isUnproven = found.length === 0 ? await isOccupied(target, plan.archive) : systemId === undefined;
    log(
      "warn",
      `${database} archives to the store at ${to} from now on, and to ${from} no more, and a base backup is taken there at ` +
        "once. Where that is another store, whatever was archived after its objects were copied is not in it." +
        (isUnproven ? ` ${unproven(plan)}` : ""),
      component,
    );
    return undefined;
  });
}

const unproven = ({ archive }: Plan): string =>
  `Whose backups ${archiveUrl(archive)} holds there could not be told: make sure that they are this database's, for two ` +
  "lineages in one place would spoil both.";

/**
 * Whether the first base backup in a place is still to be taken of a Cluster that was there before: it moves there, or
 * an update that was to take it was broken off.
 */
export async function isFirstBackupDue(
  { plan, live, move }: { plan: Plan; live: LiveCluster; move: Move | undefined },
  cluster: KubernetesArgs | undefined,
): Promise<boolean> {
  if (move !== undefined) return true;
  if (live.state !== "present" || cluster === undefined) return false;
  const path = apiPathOf("ScheduledBackup", { namespace: plan.namespace, name: scheduleName(plan) });
  return (await getIfThere(cluster, path, z.unknown()).catch(() => "unknown")) === undefined;
}

/** The plugin goes by an ObjectStore of up to 10 s ago. */
const secondsToTakeUp = 12;

/**
 * Resolves once a base backup of the Cluster would find all of its WAL in the new place, and have the settings that WAL
 * from now on demands.
 */
export async function untilMoved(
  plan: Plan,
  cluster: KubernetesArgs | undefined,
  component: pulumi.Resource,
): Promise<void> {
  const { namespace, clusterName: name } = plan;
  const late =
    cluster && (await untilSettingsAreInForce(cluster, { namespace, name }, replaySettingsOf(plan.cluster)));
  if (late !== undefined) {
    log(
      "warn",
      `Database ${namespace}/${name}: its next base backup may be of before the change of its settings (${late}), and a ` +
        `recovery from that one cannot replay what is written after it. Take another one then: ${backupCommand(plan)}`,
      component,
    );
  }
  await sleep(secondsToTakeUp * 1_000);
  const problem = cluster
    ? await checkpointEverywhere(cluster, { namespace, name })
    : "the cluster is not asked";
  if (problem === undefined) return;
  log(
    "warn",
    `Database ${namespace}/${name}: its first base backup in the new place may begin with WAL of before, which is not ` +
      `there, and could not be restored then (${problem}). Take another one, of the primary: ${backupCommand(plan)}`,
    component,
  );
}
