import { setTimeout as sleep } from "node:timers/promises";

import type { ClusterSpec } from "../../crds/types.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import { type LiveCluster, liveCluster } from "../cluster/live-cluster.ts";
import { runSql } from "../cluster/sql.ts";

/**
 * Settings that a recovery needs to be as large as they were when the WAL was written, else PostgreSQL pauses it for
 * good (its documentation, "Hot Standby", "Administrator's Overview"). CloudNativePG takes those of the base backup; a
 * change after it is in the WAL alone.
 */
export const replayParameters = [
  "max_connections",
  "max_locks_per_transaction",
  "max_prepared_transactions",
  "max_wal_senders",
  "max_worker_processes",
] as const;

/** What of a Cluster has to be in its base backup, for WAL of after a change of it cannot be replayed on an earlier one. */
export interface ReplaySettings {
  parameters: Record<string, string>;

  /** Names of tablespaces: CloudNativePG makes their folders before it restores, of the base backup's only. */
  tablespaces: string[];
}

export function replaySettingsOf({
  postgresql,
  tablespaces,
}: Pick<ClusterSpec, "postgresql" | "tablespaces">): ReplaySettings {
  const given = postgresql?.parameters ?? {};
  const parameters = replayParameters.flatMap((name) =>
    given[name] === undefined ? [] : [[name, given[name]] as const],
  );
  return {
    parameters: Object.fromEntries(parameters),
    tablespaces: (tablespaces ?? []).map(({ name }) => name).sort(),
  };
}

/** A word for them, the same as long as they are; none where there are none. */
export function replaySettingsWord(
  spec: Pick<ClusterSpec, "postgresql" | "tablespaces">,
): string | undefined {
  const settings = replaySettingsOf(spec);
  const isNone = Object.keys(settings.parameters).length === 0 && settings.tablespaces.length === 0;
  return isNone ? undefined : JSON.stringify(settings);
}

/** Waits until the primary has them. Returns why it has not. */
export async function untilSettingsAreInForce(
  cluster: KubernetesArgs,
  { namespace, name }: { namespace: string; name: string },
  settings: ReplaySettings,
  { seconds = 180, pollMs = 2_000 }: { seconds?: number; pollMs?: number } = {},
): Promise<string | undefined> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const live = await liveCluster(cluster, namespace, name);
    if (live.state === "present" && live.isAtRest === true) return "it is hibernated or fenced";
    const lacking = await lackingIn(cluster, live, settings);
    if (lacking === undefined || Date.now() > end) return lacking;
    await sleep(pollMs);
  }
}

async function lackingIn(
  cluster: KubernetesArgs,
  live: LiveCluster,
  { parameters, tablespaces }: ReplaySettings,
): Promise<string | undefined> {
  if (live.state !== "present" || live.primary === undefined)
    return "Kubernetes does not say which instance is the primary";
  const outcome = await runSql(cluster, { namespace: live.namespace, pod: live.primary }, present, 10_000);
  if ("reason" in outcome) return outcome.reason;
  const found = new Set(outcome.text.split("\n"));
  const wanted = [
    ...Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`),
    ...tablespaces.map((tablespace) => `tablespace ${tablespace}`),
  ];
  const lacking = wanted.filter((each) => !found.has(each));
  return lacking.length === 0 ? undefined : `${lacking.join(", ")} is not in force yet`;
}

const present =
  `select name || '=' || setting from pg_settings where name in (${replayParameters.map((name) => `'${name}'`).join(", ")}) ` +
  "union all select 'tablespace ' || spcname from pg_tablespace";
