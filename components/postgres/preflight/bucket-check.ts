import * as pulumi from "@pulumi/pulumi";

import { shown } from "../../pulumi/arguments.ts";
import { log } from "../../pulumi/log.ts";
import type { S3Connection } from "../../s3/connection.ts";
import { S3Failure } from "../../s3/failure.ts";
import type { Archive } from "../../archive/archive.ts";
import { type Lineage, describeLineage, lineagesBelow, newestIn } from "../../archive/lineages.ts";
import { type ArchiveLocation, archiveUrl, lineageParts } from "../../archive/location.ts";
import { lookInto, shortLook } from "../../archive/look.ts";
import { isNothing, nearbyArchives } from "../../archive/nearby.ts";
import { isOccupied, readArchive } from "../../archive/read-archive.ts";
import { firstMissed, recoveryProblem } from "../../archive/recovery-problem.ts";
import type { Plan, Source } from "../plan/plan.ts";

/** The stores that a database writes to and starts from; they may be the same. */
export interface Connections {
  target: S3Connection;
  source: S3Connection;
}

/**
 * What in the buckets speaks against making a Cluster: foreign WAL where it would write, or nothing to recover from.
 * What just may go wrong is said as a warning.
 */
export async function bucketProblem(
  plan: Plan,
  volumes: readonly string[],
  { target, source }: Connections,
  component: pulumi.Resource,
): Promise<string | undefined> {
  return orStoreTrouble(component, async () => {
    const hasArchive = await isOccupied(target, plan.archive);
    if (volumes.length > 0) {
      const problem = await volumesProblem(plan, volumes, hasArchive, target);
      if (problem === undefined) log("info", takenOver(plan, volumes), component);
      return problem;
    }
    const unclear =
      plan.source && !plan.source.isPlace && (await lineageProblem(plan.source, source, component));
    if (typeof unclear === "string") return unclear;
    if (hasArchive) return occupied(plan);
    return plan.source && sourceProblem(plan.source, source, component);
  });
}

/** What a look into the bucket finds, or why there could not be one; in a preview that is a warning only. */
export async function orStoreTrouble(
  component: pulumi.Resource,
  look: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
    if (!pulumi.runtime.isDryRun()) return error.message;
    // Whoever previews may be out of the store's reach, and the bucket may not have been made yet.
    log("warn", `The update will look into the bucket; this preview could not. ${error.message}`, component);
    return undefined;
  }
}

/** Below the prefix of a cluster that was recovered under its own name there is a lineage for each of its lives. */
async function lineageProblem(
  { archive, isServerNameGiven }: Source,
  connection: S3Connection,
  component: pulumi.Resource,
): Promise<string | undefined> {
  const { cluster, serverName } = lineageParts(archive);
  const lineages = await newestFirst(connection, cluster);
  const chosen = lineages.find((lineage) => lineage.serverName === serverName);
  const others = lineages.filter((lineage) => lineage !== chosen);
  if (!isServerNameGiven && others.length > 0) {
    return (
      `recovery: ${archiveUrl(cluster)} holds ${chosen ? "the backups of more than one lineage" : "other lineages"}: ` +
      `${lineages.map(describeLineage).join(", ")}. Set recovery.serverName to the one that is to come back.`
    );
  }
  const newer = others.filter((lineage) => newestIn(lineage) > (chosen ? newestIn(chosen) : 0));
  if (newer.length > 0) {
    const how = chosen ? describeLineage(chosen) : `"${serverName}"`;
    log(
      "warn",
      `recovery: ${archiveUrl(cluster)} holds what is newer than ${how}: ${newer.map(describeLineage).join(", ")}. ` +
        "If that is to come back, set recovery.serverName to its name.",
      component,
    );
  }
  return undefined;
}

const newestFirst = async (connection: S3Connection, cluster: ArchiveLocation): Promise<Lineage[]> =>
  (await lineagesBelow(connection, cluster)).sort((a, b) => newestIn(b) - newestIn(a));

async function sourceProblem(
  { archive: location, target, acceptLoss }: Source,
  connection: S3Connection,
  component: pulumi.Resource,
): Promise<string | undefined> {
  const listed = await readIfItCan(connection, location, component);
  if (listed === undefined) return undefined;
  const { archive, report } = await lookInto(connection, listed, target);
  const { problem, warnings } = recoveryProblem(archive, target);
  if (problem !== undefined) {
    const nearby = isNothing(archive) ? await nearbyArchives(connection, location) : undefined;
    return `recovery: ${problem}${nearby === undefined ? "" : ` ${nearby}`}`;
  }
  for (const warning of warnings) log("warn", `recovery: ${warning}`, component);
  const missed = target.targetTime === undefined ? firstMissed(archive, target) : undefined;
  if (missed !== undefined && missed !== acceptLoss) log("warn", willFallShort(missed), component);
  const short = shortLook(report);
  if (short) log(short.isBlind ? "warn" : "info", `recovery: ${short.text}`, component);
  return undefined;
}

const willFallShort = (missed: string): string =>
  `recovery: the database will come up without what follows ${missed}, and the update will then end with an error. To ` +
  `accept that loss, set recovery.acceptLoss to "${missed}".`;

/** Nobody is to be kept from recovering by a doubt: one of years may be too large to be listed in time. */
async function readIfItCan(
  connection: S3Connection,
  location: ArchiveLocation,
  component: pulumi.Resource,
): Promise<Archive | undefined> {
  try {
    return await readArchive(connection, location);
  } catch (error) {
    const isBusy = error instanceof S3Failure && (error.kind === "network" || error.kind === "server");
    if (!isBusy || pulumi.runtime.isDryRun()) throw error;
    log(
      "warn",
      `recovery: goes on without a look at what ${archiveUrl(location)} holds, which failed: ${error.message}`,
      component,
    );
    return undefined;
  }
}

function occupied({ archive, serverName, clusterName, source }: Plan): string {
  const [own, from] = [lineageParts(archive), source && lineageParts(source.archive)];
  const spoilt = "and two lineages in one place would spoil both";
  if (!from || archiveUrl(own.cluster) !== archiveUrl(from.cluster)) {
    return (
      `${archiveUrl(archive)} holds WAL or backups of another "${clusterName}" already, ${spoilt}. To bring that one ` +
      `back, set recovery.from to "${clusterName}"; to start beside it, set backup.serverName to a new name, such as ` +
      `"${serverName}-new".`
    );
  }
  if (serverName === from.serverName) {
    return (
      `${archiveUrl(archive)} is what the database is to be recovered from, ${spoilt}. Remove backup.serverName, or ` +
      "set it to a new name."
    );
  }
  return (
    `${archiveUrl(archive)} holds a later lineage than "${from.serverName}" already, of a database that was recovered ` +
    `from it before, ${spoilt}. To go on from the later one, set recovery.serverName to "${serverName}"; to recover ` +
    `from "${from.serverName}" all the same, set backup.serverName to a new name, such as "${serverName}-new".`
  );
}

const takenOver = ({ namespace, clusterName }: Plan, volumes: readonly string[]): string =>
  `Database ${namespace}/${clusterName} starts from the volumes that the earlier one of that name has left: ${volumes.join(", ")}.`;

/** Volumes hold the data of a lineage, and CloudNativePG does not say of which: the one that was written to last. */
async function volumesProblem(
  plan: Plan,
  volumes: readonly string[],
  hasArchive: boolean,
  target: S3Connection,
): Promise<string | undefined> {
  const { cluster } = lineageParts(plan.archive);
  const lineages = await newestFirst(target, cluster);
  const newest = lineages[0]?.serverName ?? plan.clusterName;
  if (plan.source && !hasArchive) return volumesInTheWay(plan, volumes, newest);
  if (plan.isServerNameGiven || lineages.length === 0 || newest === plan.serverName) return undefined;
  return (
    `Database ${plan.namespace}/${plan.clusterName} would start from the volumes that the earlier one of that name has ` +
    `left (${volumes.join(", ")}), and archive as ${shown(plan.serverName)}. ${archiveUrl(cluster)} holds ` +
    `${lineages.map(describeLineage).join(", ")}. Set backup.serverName to what those volumes were archived to, which ` +
    `is most likely ${shown(newest)}: WAL of one lineage in the place of another would spoil both.`
  );
}

function volumesInTheWay(
  { namespace, clusterName }: Plan,
  volumes: readonly string[],
  newest: string,
): string {
  const as = newest === clusterName ? "" : ` and with backup.serverName ${shown(newest)}`;
  return (
    `Database ${namespace}/${clusterName} cannot be recovered while the volumes of an earlier one of that name are ` +
    `there (${volumes.join(", ")}): CloudNativePG would start from them, and not from the backups. Without recovery` +
    `${as} it goes on with them; they have what was written last, which may be in no backup. Or recover into a database ` +
    "of another name"
  );
}
