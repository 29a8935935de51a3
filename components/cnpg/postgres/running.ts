import type * as pulumi from "@pulumi/pulumi";

import { say } from "../../say.ts";
import type { S3Connection } from "../../s3/connection.ts";
import { barmanPlugin } from "../barman.ts";
import { archiveUrl } from "../archive/location.ts";
import { hasBaseBackup, isOccupied } from "../archive/read-archive.ts";
import { orStoreTrouble } from "./bucket-check.ts";
import type { Plan } from "./plan.ts";

/** The place to which a running Cluster archives, if the plan is to change it; another endpoint may be the same store. */
export function placeBefore({ destinationPath }: Plan, live: string | undefined): string | undefined {
  return live === undefined || withoutSpareSlashes(live) === destinationPath ? undefined : live;
}

const withoutSpareSlashes = (url: string): string => url.replace(/([^:])\/{2,}/g, "$1/").replace(/\/$/, "");

/** Which Cluster writes to which place: WAL of another one, or in another place, needs a base backup of its own. */
export const lineageId = (uid: string | undefined, { destinationPath, serverName }: Plan): string =>
  `${uid ?? ""} ${destinationPath}/${serverName}`;

/**
 * A Cluster that is there already has found its archive in order; whether WAL gets there its conditions say, and not
 * that the base backups are gone, as with a bucket that was made anew.
 */
export async function lookAfter(plan: Plan, target: S3Connection, component: pulumi.Resource): Promise<void> {
  const { archive, namespace, clusterName } = plan;
  // A store that cannot be asked is the smoke check's business.
  if (await hasBaseBackup(target, archive).catch(() => true)) return;
  const isPlugin = plan.scheduledBackup.method === "plugin";
  const how = isPlugin ? ` --method plugin --plugin-name ${barmanPlugin}` : "";
  say(
    "warn",
    `Database ${namespace}/${clusterName} has no base backup at ${archiveUrl(archive)}, and cannot be ` +
      `recovered before there is one. If none is under way (kubectl -n ${namespace} get backups), take one, of the ` +
      "primary, for a standby begins it further back, with WAL that may not be there: " +
      `kubectl cnpg backup ${clusterName} -n ${namespace} --backup-target primary${how}`,
    component,
  );
}

/** A running Cluster that is to archive to another place: that must be empty, and has no base backup then. */
export async function moveProblem(
  plan: Plan,
  before: string,
  target: S3Connection,
  component: pulumi.Resource,
): Promise<string | undefined> {
  const { archive, destinationPath, namespace, clusterName } = plan;
  const database = `Database ${namespace}/${clusterName}`;
  return orStoreTrouble(component, async () => {
    if (await isOccupied(target, archive)) {
      return (
        `${database} archives to ${before}, and the plan says ${destinationPath}, where ${archiveUrl(archive)} holds WAL or ` +
        "backups already: two lineages in one place would spoil both. Keep the bucket and the path of before, or " +
        "choose a path of its own that is empty."
      );
    }
    say(
      "warn",
      `${database} archives to ${destinationPath} from now on, and a base backup is taken there at once. What it has at ` +
        `${before} stays there: retention does not delete it any more, and a recovery to a moment before the change ` +
        "has to name that place, with the bucket and the path of then in recovery.",
      component,
    );
    return undefined;
  });
}
