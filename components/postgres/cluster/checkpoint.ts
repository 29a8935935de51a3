import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesArgs } from "../../kubernetes/kubernetes-args.ts";
import type { ObjectName } from "../../kubernetes/named.ts";
import { liveCluster } from "./live-cluster.ts";
import { runSql } from "./sql.ts";

export interface CheckpointOptions {
  /** How long a checkpoint may take, and how long the standbys may be behind it. Default: 120. */
  seconds?: number;

  /** Between two looks at the standbys. Default: 1000. */
  pollMs?: number;
}

/**
 * Has the next base backup begin with WAL that is written from now on, whichever instance it is taken from: a standby
 * begins one at the last checkpoint that it has replayed, which may be minutes back. Returns why it could not.
 */
export async function checkpointEverywhere(
  kubernetes: KubernetesArgs,
  { namespace, name }: ObjectName,
  { seconds = 120, pollMs = 1_000 }: CheckpointOptions = {},
): Promise<string | undefined> {
  const live = await liveCluster(kubernetes, { namespace, name });
  if (live.state !== "present" || live.primary === undefined)
    return "Kubernetes does not say which instance is the primary";
  const primary = { namespace, pod: live.primary };
  const done = await runSql(kubernetes, primary, "checkpoint", seconds * 1_000);
  if ("reason" in done) return done.reason;
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const behind = await runSql(kubernetes, primary, standbysBehind(name), 10_000);
    if ("text" in behind && behind.text === "0") return undefined;
    if (Date.now() > end) {
      return "text" in behind
        ? `${behind.text} standbys have not replayed a checkpoint within ${seconds} s`
        : behind.reason;
    }
    await sleep(pollMs);
  }
}

/** The operator names each standby's connection after the instance; others are not its base backups' concern. */
const standbysBehind = (cluster: string): string =>
  `select count(*) from pg_stat_replication, pg_control_checkpoint() where application_name like '${cluster}-%' ` +
  "and coalesce(replay_lsn, '0/0') <= checkpoint_lsn";
