import type {
  DrilledDatabaseArgs,
  PostgresCluster,
  ReadOnlyKeysArgs,
  RestoreDrillArgs,
  S3ConnectionArgs,
} from "../components/index.ts";
import { usesPlugin } from "../components/internal.ts";
import type { StackConfig } from "../config.ts";

type Database = StackConfig["databases"][number];

/** The databases that are drilled: all that the plugin backs up, unless one says otherwise. */
export function drilledDatabases({
  databases,
  drills,
}: Pick<StackConfig, "databases" | "drills">): Database[] {
  return drills.enabled ? databases.filter((entry) => isDrilled(entry)) : [];
}

const isDrilled = ({ backup, drill }: Database): boolean =>
  usesPlugin(backup.method) && (drill?.enabled ?? true);

/** Keys of the user's own that can only read. */
export function givenReadOnlyKeys(config: StackConfig): ReadOnlyKeysArgs | undefined {
  const { drillAccessKeyId: accessKeyId, drillSecretAccessKey: secretAccessKey } = config;
  return accessKeyId && secretAccessKey && { accessKeyId, secretAccessKey };
}

/** Why no drill runs with a key that can only read, and what to do. */
export const writingKeyNote =
  "Restore drills use the keys that write backups, for this stack has no cnpg-rgw:cephHost on which it could make a key " +
  "that can only read. Make one at your store that may list and get objects of the bucket, then: `pulumi config set " +
  "--secret cnpg-rgw:drillAccessKeyId` and `pulumi config set --secret cnpg-rgw:drillSecretAccessKey`";

interface Made {
  entry: Database;
  made: Pick<PostgresCluster, "namespace" | "clusterName" | "serverName" | "destinationPath">;
}

/** The arguments of the stack's RestoreDrill. */
export function drillArgs(
  { drills, barmanPlugin, drillHeartbeatUrl }: StackConfig,
  databases: readonly Made[],
  connection: S3ConnectionArgs,
  readOnlyKeys: ReadOnlyKeysArgs | undefined,
): RestoreDrillArgs {
  const { namespace, quota } = drills;
  const image = drills.image ?? barmanPlugin.sidecarImage;
  return {
    databases: databases.map(({ entry, made }) => drilled(entry, made)),
    store: { connection, ...(readOnlyKeys && { readOnlyKeys }) },
    namespace,
    ...(image !== undefined && { image }),
    ...(quota && { quota }),
    ...(drillHeartbeatUrl && { heartbeatUrl: drillHeartbeatUrl }),
  };
}

function drilled(entry: Database, of: Made["made"]): DrilledDatabaseArgs {
  const settings = { ...entry.drill };
  delete settings.enabled;
  const { namespace, clusterName, serverName, destinationPath } = of;
  return { ...settings, name: entry.name, of: { namespace, clusterName, serverName, destinationPath } };
}
