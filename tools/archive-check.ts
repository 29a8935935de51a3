import { Command, InvalidArgumentError } from "commander";

import {
  type Archive,
  type ArchiveLocation,
  type RecoveryTarget,
  type S3Connection,
  archivePrefix,
  backupSecretKeys,
  databaseRules,
  describeArchive,
  describeLook,
  isNothing,
  lookInto,
  nearbyArchives,
  parseArchiveUrl,
  readArchive,
  recoveryProblem,
  withDamage,
} from "../components/internal.ts";
import { deepWithProgress, describeDeep } from "./deep-progress.ts";
import { storeFrom } from "./store.ts";

/**
 * Says what the archive of a database holds, and whether it can be recovered. Exit code 1: it cannot. 2: only in part,
 * since something is damaged or lost.
 */
new Command("archive")
  .description(
    "show what the backups of a database hold, and what you can recover from them; the store comes from environment " +
      `variables named as in the Secret: ${Object.values(backupSecretKeys).join(", ")}`,
  )
  .argument("<cluster>", "name of the database's Cluster, or where the archive is: s3://BUCKET/…/SERVERNAME")
  .argument("[serverName]", "barman's server name, if it is not the Cluster's name")
  .option("--target-time <time>", "the time to recover to, like 2026-11-22T10:00:00Z")
  .option("--backup-id <id>", "the base backup to start from, like 20261122T100000")
  .option("--deep", "read and unpack every object, not only part of the WAL that a recovery needs")
  .option(
    "--timeout <seconds>",
    "how long listing may take (default: 120; with --deep, a day)",
    positiveNumber,
  )
  .action(async (cluster: string, serverName: string | undefined, options: Options) => {
    process.exitCode = await check(cluster, serverName ?? cluster, options).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      return 1;
    });
  })
  .parse();

interface Options {
  targetTime?: string;
  backupId?: string;
  deep?: boolean;
  timeout?: number;
}

async function check(cluster: string, serverName: string, options: Options): Promise<number> {
  const { connection, bucket, path } = storeFrom(process.env);
  const location = cluster.startsWith("s3://")
    ? placeOf(cluster)
    : { bucket, prefix: archivePrefix({ path }, cluster, serverName) };
  if (options.deep === true) {
    const listed = await readArchive(connection, location, options.timeout ?? 86_400);
    return readDeep(connection, listed, options);
  }
  const listed = await readArchive(connection, location, options.timeout ?? 120);
  const { archive, report } = await lookInto(connection, listed, options);
  console.log(describeArchive(archive, options));
  if (report.read + report.skipped > 0) console.log(describeLook(report));
  if (isNothing(archive))
    console.log((await nearbyArchives(connection, location)) ?? "Nor is there one nearby.");
  return exitCode(archive, options);
}

function placeOf(url: string): ArchiveLocation {
  const [location, problem] = [parseArchiveUrl(url), databaseRules.archiveRule(url)];
  if (location === undefined || problem !== undefined) throw new Error(`The archive ${problem ?? ""}`);
  return location;
}

function exitCode(archive: Archive, target: RecoveryTarget): number {
  const { problem, loss } = recoveryProblem(archive, target);
  if (problem !== undefined) return 1;
  return loss === undefined ? 0 : 2;
}

async function readDeep(connection: S3Connection, listed: Archive, target: RecoveryTarget): Promise<number> {
  const { report, isStopped } = await deepWithProgress(connection, listed);
  const archive = withDamage(listed, report.segments);
  console.log(describeArchive(archive, target));
  console.log(describeDeep(report, isStopped));
  if (isStopped) return 130;
  return exitCode(archive, target) || (report.damaged + report.unread > 0 ? 2 : 0);
}

function positiveNumber(value: string): number {
  if (Number(value) > 0 && Number(value) < 1e6) return Number(value);
  throw new InvalidArgumentError("It must be a number above 0.");
}
