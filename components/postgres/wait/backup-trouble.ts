import { withoutStop } from "../../text/sentence.ts";
import { type KubernetesArgs, withDeadline } from "../../kubernetes/api.ts";
import { configurationFor } from "../../kubernetes/client.ts";
import { type ClusterResource, conditionOf, isReplicaCluster } from "../cluster/cluster-resource.ts";
import { knownCause } from "./advice.ts";
import { podErrors } from "./look.ts";
import type { Pod } from "../cluster/pods-and-jobs.ts";

/** What is wrong with the backups of a database that is up, each a sentence or two; nothing where all is well. */
export async function backupTroubles(
  cluster: KubernetesArgs,
  resource: ClusterResource,
  instances: Pod[],
  { isFirstBackupDue, timeoutMs }: { isFirstBackupDue: boolean; timeoutMs: number },
): Promise<string[]> {
  const archiving = conditionOf(resource, "ContinuousArchiving");
  const backup = lastBackup(resource);
  const isArchived = isArchiving(resource);
  if (isArchived && backup.is !== "failed") {
    return isFirstBackupDue && isFirstBackupAwaited(resource) ? [noFirstBackup(resource)] : [];
  }
  // WAL is archived by the primary; a base backup is taken from a standby where there is one.
  const errors = await errorsOf(cluster, instances, timeoutMs);
  return [
    ...(isArchived
      ? []
      : [
          `its WAL is not archived: ${reason(errors, isOfWal, archiving?.message)} Until this is` +
            " mended, nothing that is written now can be recovered. PostgreSQL keeps the WAL on its volume, and tries" +
            " again each minute.",
        ]),
    ...(backup.is === "failed"
      ? [
          `its last base backup failed: ${reason(errors, isOfBackup, backup.message)} The next` +
            " one is taken on schedule.",
        ]
      : []),
  ];
}

/** Whether the last WAL of a Cluster was archived. A new one has no such condition yet, and a replica cluster need not. */
export const isArchiving = (resource: ClusterResource): boolean =>
  isReplicaCluster(resource) || conditionOf(resource, "ContinuousArchiving")?.status === "True";

/** Whether a new Cluster still has no base backup to come back from, and none has failed. */
export const isFirstBackupAwaited = (resource: ClusterResource): boolean =>
  !isReplicaCluster(resource) && lastBackup(resource).is === "awaited";

/** While a base backup runs the condition is false as well, for another reason. */
function lastBackup(resource: ClusterResource): { is: "complete" | "failed" | "awaited"; message?: string } {
  const { status, reason, message } = conditionOf(resource, "LastBackupSucceeded") ?? {};
  if (status === "True") return { is: "complete" };
  if (reason !== "LastBackupFailed") return { is: "awaited" };
  return { is: "failed", ...(message !== undefined && { message }) };
}

const noFirstBackup = ({ metadata: { namespace } }: ClusterResource): string =>
  "its first base backup is not complete yet, and until it is, nothing can be recovered. A large database takes its" +
  ` time: see \`kubectl -n ${namespace} get backups\`.`;

/** What the logs tell of the cause and what to do about it; the operator's own message names just an exit code. */
function reason(
  errors: string[],
  isOwn: (line: string) => boolean,
  message = "there is no word of it yet",
): string {
  const own = errors.filter(isOwn);
  const known = own.findLast((line) => archivingCause(line) !== undefined);
  if (known !== undefined) return `${sentence(known)} ${archivingCause(known)?.advice ?? ""}`;
  const said = own.findLast((line) => !isExitCode(line));
  return said === undefined ? sentence(message) : `${sentence(message)} The log says: ${sentence(said)}`;
}

const archivingCause = (line: string) => knownCause([line], "archiving");

const sentence = (text: string): string => `${withoutStop(text.slice(0, 500))}.`;

/** What only passes on that a program has failed. */
const isExitCode = (line: string): boolean => /(exit status \d+|signal: \w+)\W*$/.test(line);

const isOfWal = (line: string): boolean => /WAL archiv|wal-?archive|archiv\w+ (the )?WAL/i.test(line);
const isOfBackup = (line: string): boolean => /backup/i.test(line) && !isOfWal(line);

async function errorsOf(cluster: KubernetesArgs, pods: Pod[], timeoutMs: number): Promise<string[]> {
  return withDeadline(timeoutMs, async (deadline) => {
    const configuration = await configurationFor(cluster, deadline);
    return (await Promise.all(pods.map((pod) => podErrors(configuration, pod)))).flat();
  }).catch(() => []);
}
