import type * as pulumi from "@pulumi/pulumi";

import { say } from "../../say.ts";
import type { S3Connection } from "../../s3/connection.ts";
import { barmanPlugin } from "../barman.ts";
import { archiveUrl } from "../archive/location.ts";
import { hasBaseBackup } from "../archive/read-archive.ts";
import type { Plan } from "./plan.ts";

/**
 * A Cluster that is there already has found its archive in order; whether WAL gets there its conditions say, and not
 * that the base backups are gone, as with a bucket that was made anew.
 */
export async function lookAfter(plan: Plan, target: S3Connection, component: pulumi.Resource): Promise<void> {
  const { archive, namespace, clusterName } = plan;
  // A store that cannot be asked is the smoke check's business.
  if (await hasBaseBackup(target, archive).catch(() => true)) return;
  say(
    "warn",
    `Database ${namespace}/${clusterName} has no base backup at ${archiveUrl(archive)}, and cannot be ` +
      `recovered before there is one. If none is under way (kubectl -n ${namespace} get backups), take one, of the ` +
      "primary, for a standby begins it further back, with WAL that may not be there: " +
      backupCommand(plan),
    component,
  );
}

/** What a user types to take a base backup of the primary. */
export function backupCommand({ namespace, clusterName, scheduledBackup: { method } }: Plan): string {
  const how = method === "plugin" ? ` --method plugin --plugin-name ${barmanPlugin}` : "";
  return `kubectl cnpg backup ${clusterName} -n ${namespace} --backup-target primary${how}`;
}
