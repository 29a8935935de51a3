import { shown } from "../../pulumi/arguments.ts";
import type { S3Failure } from "../../s3/failure.ts";
import type { Archive } from "../../archive/archive.ts";
import { type Lineage, describeLineage, newestIn } from "../../archive/lineages.ts";
import { archiveUrl, lineageParts } from "../../archive/location.ts";
import { type Look, shortLook } from "../../archive/look.ts";
import { firstMissed, recoveryProblem } from "../../archive/recovery-problem.ts";
import type { Plan, Source } from "../plan/plan.ts";
import { type Remark, type Verdict, noted, nothingToSay, refused, united, warned } from "./verdict.ts";

/** What the buckets hold where a database is to be made. Lineages are newest first. */
export interface NewPlaceLook {
  /** Whether the place that it would write to holds WAL or backups. */
  isOccupied: boolean;

  /** Those below its own prefix; asked where volumes were kept. */
  lineages: Lineage[];

  /** Those beside what it is recovered from; undefined where the whole place was given. */
  sourceLineages: Lineage[] | undefined;

  /** Undefined where there is nothing to recover, or something else speaks against it already. */
  source: SourceLook | undefined;
}

/** What is in the archive to recover from, with what lies nearby where it holds nothing; or why it was not read. */
export type SourceLook = (Look & { nearby: string | undefined }) | { unread: S3Failure };

/**
 * What in the buckets speaks against making a Cluster: foreign WAL where it would write, or nothing to recover from.
 * What just may go wrong is a warning.
 */
export function newPlaceVerdict(
  plan: Plan,
  volumes: readonly string[],
  look: NewPlaceLook,
  isPreview: boolean,
): Verdict {
  if (volumes.length > 0) {
    const problem = volumesProblem(plan, volumes, look);
    if (problem !== undefined) return refused(problem);
    return noted(takenOver(plan, volumes));
  }
  const { source } = plan;
  return united(
    source && look.sourceLineages ? lineageVerdict(source, look.sourceLineages) : nothingToSay,
    look.isOccupied ? refused(occupied(plan)) : nothingToSay,
    source && look.source ? sourceVerdict(source, look.source, isPreview) : nothingToSay,
  );
}

/** Whether the place alone does not say which lineage is meant. */
export function isUnclear({ archive, isServerNameGiven }: Source, lineages: readonly Lineage[]): boolean {
  const { serverName } = lineageParts(archive);
  return !isServerNameGiven && lineages.some((lineage) => lineage.serverName !== serverName);
}

/** Below the prefix of a cluster that was recovered under its own name there is a lineage for each of its lives. */
function lineageVerdict(source: Source, lineages: readonly Lineage[]): Verdict {
  const { cluster, serverName } = lineageParts(source.archive);
  const chosen = lineages.find((lineage) => lineage.serverName === serverName);
  const others = lineages.filter((lineage) => lineage !== chosen);
  if (isUnclear(source, lineages)) {
    return refused(
      `recovery: ${archiveUrl(cluster)} holds ${chosen ? "the backups of more than one lineage" : "other lineages"}: ` +
        `${lineages.map(describeLineage).join(", ")}. Set recovery.serverName to the one that is to come back.`,
    );
  }
  const newer = others.filter((lineage) => newestIn(lineage) > (chosen ? newestIn(chosen) : 0));
  if (newer.length === 0) return nothingToSay;
  const how = chosen ? describeLineage(chosen) : `"${serverName}"`;
  return warned(
    `recovery: ${archiveUrl(cluster)} holds what is newer than ${how}: ${newer.map(describeLineage).join(", ")}. ` +
      "If that is to come back, set recovery.serverName to its name.",
  );
}

function sourceVerdict(source: Source, look: SourceLook, isPreview: boolean): Verdict {
  if ("unread" in look) return unreadVerdict(source, look.unread, isPreview);
  const { archive, report, nearby } = look;
  const { problem, warnings } = recoveryProblem(archive, source.target);
  if (problem !== undefined)
    return refused(`recovery: ${problem}${nearby === undefined ? "" : ` ${nearby}`}`);
  const short = shortLook(report);
  const remarks: Remark[] = [
    ...warnings.map((warning) => ({ text: `recovery: ${warning}` })),
    ...shortfallRemarks(source, archive),
    ...(short ? [{ text: `recovery: ${short.text}`, isNote: !short.isBlind }] : []),
  ];
  return { problem: undefined, remarks };
}

function shortfallRemarks({ target, acceptLoss }: Source, archive: Archive): Remark[] {
  const missed = target.targetTime === undefined ? firstMissed(archive, target) : undefined;
  return missed === undefined || missed === acceptLoss ? [] : [{ text: willFallShort(missed) }];
}

/** A doubt must not keep a user from recovering: the archive of years may be too large to be listed in time. */
function unreadVerdict({ archive }: Source, failure: S3Failure, isPreview: boolean): Verdict {
  const isBusy = failure.kind === "network" || failure.kind === "server";
  if (!isBusy || isPreview) return noLookVerdict(failure, isPreview);
  return warned(
    `recovery: continues without a look at what ${archiveUrl(archive)} holds, which failed: ${failure.message}`,
  );
}

/** Where there was no look into a bucket: an update ends, and a preview may be out of the store's reach. */
export const noLookVerdict = (failure: S3Failure, isPreview: boolean): Verdict =>
  isPreview
    ? warned(`The update will look into the bucket; this preview could not. ${failure.message}`)
    : refused(failure.message);

const willFallShort = (missed: string): string =>
  `recovery: the database will come up without what follows ${missed}, and the update will then end with an error. To ` +
  `accept that loss, set recovery.acceptLoss to "${missed}".`;

function occupied({ archive, serverName, clusterName, source }: Plan): string {
  const [own, from] = [lineageParts(archive), source && lineageParts(source.archive)];
  const unusable = "Two databases that archive to one place make the backups of both unusable.";
  if (!from || archiveUrl(own.cluster) !== archiveUrl(from.cluster)) {
    return (
      `${archiveUrl(archive)} holds WAL or backups of another "${clusterName}" already. ${unusable} To bring that one ` +
      `back, set recovery.from to "${clusterName}"; to start beside it, set backup.serverName to a new name, such as ` +
      `"${serverName}-new".`
    );
  }
  if (serverName === from.serverName) {
    return (
      `${archiveUrl(archive)} is what the database is to be recovered from. ${unusable} Remove backup.serverName, or ` +
      "set it to a new name."
    );
  }
  return (
    `${archiveUrl(archive)} holds a later lineage than "${from.serverName}" already, of a database that was recovered ` +
    `from it before. ${unusable} To continue from the later one, set recovery.serverName to "${serverName}"; to recover ` +
    `from "${from.serverName}" all the same, set backup.serverName to a new name, such as "${serverName}-new".`
  );
}

const takenOver = ({ namespace, clusterName }: Plan, volumes: readonly string[]): string =>
  `Database ${namespace}/${clusterName} starts from the volumes that an earlier database of that name left: ${volumes.join(", ")}.`;

/** Volumes hold the data of a lineage, and CloudNativePG does not say of which: the one that was written to last. */
function volumesProblem(
  plan: Plan,
  volumes: readonly string[],
  { lineages, isOccupied }: NewPlaceLook,
): string | undefined {
  const { cluster } = lineageParts(plan.archive);
  const newest = lineages[0]?.serverName ?? plan.clusterName;
  if (plan.source && !isOccupied) return volumesInTheWay(plan, volumes, newest);
  if (plan.isServerNameGiven || lineages.length === 0 || newest === plan.serverName) return undefined;
  return (
    `Database ${plan.namespace}/${plan.clusterName} would start from the volumes that an earlier database of that name ` +
    `left (${volumes.join(", ")}), and archive as ${shown(plan.serverName)}. ${archiveUrl(cluster)} holds ` +
    `${lineages.map(describeLineage).join(", ")}. Set backup.serverName to the name that those volumes were archived ` +
    `under, most likely ${shown(newest)}: WAL of two databases in one place makes the backups of both unusable.`
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
    `${as} it continues with them: they have what was written last, which may be in no backup. Or recover into a database ` +
    "of another name"
  );
}
