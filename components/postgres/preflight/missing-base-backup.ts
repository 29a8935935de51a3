import type * as pulumi from "@pulumi/pulumi";

import { log } from "../../pulumi/log.ts";
import type { S3Connection } from "../../s3/connection.ts";
import { barmanPlugin } from "../../archive/barman.ts";
import { archiveUrl } from "../../archive/location.ts";
import { lookAtNewest } from "../../archive/newest.ts";
import { backupProblems } from "./backups-judged.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Warns where the bucket does not have what a Cluster that is there already should have put into it. Its conditions do
 * not say so: they tell what the archive command and the last Backup said of themselves, and stay true in a bucket that
 * was made anew, behind a plugin that is switched off, and under a schedule that comes no more.
 */
export async function lookAfter(
  plan: Plan,
  target: S3Connection,
  component: pulumi.Resource,
  isAtRest = false,
): Promise<void> {
  const { archive, namespace, clusterName } = plan;
  // A store that cannot be asked is the smoke check's business.
  const newest = await lookAtNewest(target, archive).catch(() => undefined);
  if (newest === undefined) return;
  const { schedule } = plan.scheduledBackup;
  const judgement = {
    schedule,
    url: archiveUrl(archive),
    isAtRest,
    takeOne: backupCommand(plan),
    now: new Date(),
  };
  for (const problem of backupProblems(newest, judgement)) {
    log("warn", `Database ${namespace}/${clusterName} ${problem}`, component);
  }
}

/** Whether there is a base backup to come back from; not where the store does not say. */
export async function hasCompleteBackup({ archive }: Plan, target: S3Connection): Promise<boolean> {
  const newest = await lookAtNewest(target, archive).catch(() => undefined);
  return newest?.complete !== undefined;
}

/** What a user types to take a base backup of the primary. */
export function backupCommand({ namespace, clusterName, scheduledBackup: { method } }: Plan): string {
  const how = method === "plugin" ? ` --method plugin --plugin-name ${barmanPlugin}` : "";
  return `kubectl cnpg backup ${clusterName} -n ${namespace} --backup-target primary${how}`;
}
