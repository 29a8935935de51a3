import type { ClusterResource } from "./cluster-resource.ts";

/** What a Cluster begins with. The operator reads it when it makes the Cluster, and never again. */
export interface Bootstrap {
  /** The name under which the backups were written that it was recovered from; none: it began empty. */
  recoveredFrom: string | undefined;
  targetTime: string | undefined;
  backupId: string | undefined;

  /** What applications use. */
  database: string | undefined;
  owner: string | undefined;
}

/** Nothing where it began in another way than this project's databases do. */
export function bootstrapOf({
  bootstrap,
  externalClusters = [],
}: Pick<ClusterResource["spec"], "bootstrap" | "externalClusters">): Bootstrap | undefined {
  const { initdb, recovery } = bootstrap ?? {};
  const { database, owner } = recovery ?? initdb ?? {};
  if (!recovery) {
    const nothing = { recoveredFrom: undefined, targetTime: undefined, backupId: undefined };
    return initdb && { ...nothing, database, owner };
  }
  const source = externalClusters.find(({ name }) => name === recovery.source);
  const recoveredFrom = source?.plugin?.parameters?.serverName ?? source?.barmanObjectStore?.serverName;
  const { targetTime, backupID: backupId } = recovery.recoveryTarget ?? {};
  return recoveredFrom === undefined ? undefined : { recoveredFrom, targetTime, backupId, database, owner };
}
