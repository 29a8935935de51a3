import type { BackupStoreArgs, PostgresClusterArgs } from "../components/index.ts";
import type { StackConfig } from "../config.ts";
import { keyName } from "./commands.ts";

type Database = StackConfig["databases"][number];

/** The arguments of a PostgresCluster for an entry of `databases`; its backups go to the stack's store. */
export function databaseArgs(entry: Database, store: BackupStoreArgs): PostgresClusterArgs {
  const { name, backup, recovery, ...rest } = entry;
  return {
    ...rest,
    clusterName: name,
    backup: { ...backup, store },
    ...(recovery && { recovery: recoveryArgs(recovery, store) }),
  };
}

function recoveryArgs(
  { bucket, path, ...rest }: NonNullable<Database["recovery"]>,
  store: BackupStoreArgs,
): PostgresClusterArgs["recovery"] {
  return { ...rest, store: { ...store, bucket: bucket ?? store.bucket, path: path ?? store.path } };
}

/** What a user types to bring a database back beside the one that is there: the next entry of the list, and `up`. */
export function recoveryCommand({ name, namespace, storage, imageName }: Database, next: number): string {
  const settings = {
    name: `${name}-restored`,
    namespace,
    "storage.size": storage.size,
    ...(storage.storageClass !== undefined && { "storage.storageClass": storage.storageClass }),
    ...(imageName !== undefined && { imageName }),
    "recovery.from": name,
  };
  const plaintext = Object.entries(settings).map(
    ([key, value]) => `--plaintext '${keyName(["databases", next])}.${key}=${value}'`,
  );
  return `pulumi config set-all --path ${plaintext.join(" ")} && pulumi up`;
}
