import { type ClusterArgs, configurationFor, inTime } from "../kube-api.ts";
import { type ClusterResource, conditionOf } from "./cluster-resource.ts";
import { knownCause } from "./known-causes.ts";
import { podErrors } from "./look.ts";
import type { Pod } from "./workload.ts";

/** What is wrong with the backups of a database that is up, each a sentence or two; nothing where all is well. */
export async function backupTroubles(
  cluster: ClusterArgs,
  resource: ClusterResource,
  instances: Pod[],
  timeoutMs: number,
): Promise<string[]> {
  const archiving = conditionOf(resource, "ContinuousArchiving");
  const backup = conditionOf(resource, "LastBackupSucceeded");
  const isArchived = isArchiving(resource);
  // While a base backup runs the condition is false as well, for another reason.
  const isBackedUp = backup?.status !== "False" || backup.reason !== "LastBackupFailed";
  if (isArchived && isBackedUp) return [];
  // WAL is archived by the primary; a base backup is taken from a standby where there is one.
  const errors = await errorsOf(cluster, instances, timeoutMs);
  return [
    ...(isArchived
      ? []
      : [
          `its WAL is not archived: ${reason(errors, /WAL archiver|wal-archive/i, archiving?.message)} Until this is` +
            " mended, nothing that is written now can be recovered. PostgreSQL keeps the WAL on its volume, and tries" +
            " again each minute.",
        ]),
    ...(isBackedUp
      ? []
      : [
          `its last base backup failed: ${reason(errors, /backup/i, backup.message)} The next` +
            " one is taken on schedule.",
        ]),
  ];
}

/** Whether the last WAL of a Cluster was archived. A new one has no such condition yet, and a replica cluster need not. */
export const isArchiving = (resource: ClusterResource): boolean =>
  resource.spec.replica !== undefined || conditionOf(resource, "ContinuousArchiving")?.status === "True";

/** What the logs tell of the cause and what to do about it; the operator's own message names just an exit code. */
function reason(errors: string[], of: RegExp, message = "there is no word of it yet"): string {
  const own = errors.filter((line) => of.test(line));
  const line = own.findLast((each) => knownCause([each]) !== undefined);
  if (line === undefined) return `${message.slice(0, 500).replace(/\.\s*$/, "")}.`;
  return `${line}. ${knownCause([line])?.advice ?? ""}`;
}

async function errorsOf(cluster: ClusterArgs, pods: Pod[], timeoutMs: number): Promise<string[]> {
  return inTime(timeoutMs, async (deadline) => {
    const configuration = await configurationFor(cluster, deadline);
    return (await Promise.all(pods.map((pod) => podErrors(configuration, pod)))).flat();
  }).catch(() => []);
}
