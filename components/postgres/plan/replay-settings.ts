import type { ClusterSpec } from "../../crds/types.ts";

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
