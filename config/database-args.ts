import { databaseRules, isObject, replayParameters } from "../components/internal.ts";
import type { BackupStoreArgs, PostgresClusterArgs } from "../components/index.ts";
import type { StackConfig } from "../config.ts";
import { keyName } from "./commands.ts";

type Database = StackConfig["databases"][number];

/** The arguments of a PostgresCluster for an entry of `databases`; its backups go to the stack's store. */
export function databaseArgs(
  entry: Database,
  store: BackupStoreArgs,
  all: readonly Database[],
): PostgresClusterArgs {
  const { name, backup, recovery, spec, ...rest } = entry;
  delete rest.drill;
  return {
    ...rest,
    ...(spec && { spec: withTextParameters(spec) }),
    clusterName: name,
    database: databaseOf(entry, all),
    backup: { ...backup, store },
    ...(recovery && { recovery: recoveryArgs(recovery, store) }),
  };
}

/** `pulumi config set` makes a number of what looks like one, and a setting of PostgreSQL is a text to Kubernetes. */
function withTextParameters(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { postgresql } = spec;
  if (!isObject(postgresql) || !isObject(postgresql.parameters)) return spec;
  const texts = Object.entries(postgresql.parameters).map(([name, value]) => [
    name,
    typeof value === "number" ? String(value) : value,
  ]);
  return { ...spec, postgresql: { ...postgresql, parameters: Object.fromEntries(texts) as unknown } };
}

/**
 * What is recovered from an entry of the list has the database and the owner of that, unless it says otherwise: with
 * others, CloudNativePG would make an empty database beside the recovered one, and lead applications there.
 */
function databaseOf(entry: Database, all: readonly Database[]): Database["database"] {
  const { database, recovery } = entry;
  if (database !== undefined || recovery === undefined) return database;
  const { from, bucket, path } = recovery;
  if (from === undefined || bucket !== undefined || path !== undefined) return undefined;
  const others = all.filter((other) => other !== entry);
  const source = others.find(({ name }) => name === from);
  return source && databaseOf(source, others);
}

function recoveryArgs(
  { bucket, path, ...rest }: NonNullable<Database["recovery"]>,
  store: BackupStoreArgs,
): PostgresClusterArgs["recovery"] {
  return { ...rest, store: { ...store, bucket: bucket ?? store.bucket, path: path ?? store.path } };
}

/**
 * What a user types to bring a database back beside the ones that are there: the next entry of the list, and `up`.
 * @param serverName the lineage that the database writes now, of several that its prefix may hold
 */
export function recoveryCommand(entry: Database, serverName: string, all: readonly Database[]): string {
  const { name, namespace, instances, storage, imageName, database, spec = {} } = entry;
  const settings = {
    name: unusedName(name, all),
    namespace,
    instances,
    "storage.size": storage.size,
    "storage.storageClass": storage.storageClass,
    imageName,
    "database.name": database?.name,
    "database.owner": database?.owner,
    "recovery.from": name,
    "recovery.serverName": serverName === name ? undefined : serverName,
    ...replaySettings(spec),
  };
  const plaintext = Object.entries(settings).flatMap(([key, value]) =>
    value === undefined ? [] : [`--plaintext '${keyName(["databases", all.length])}.${key}=${value}'`],
  );
  return `pulumi config set-all --path ${plaintext.join(" ")} && pulumi up`;
}

/** Without these of the source, WAL of after the last base backup may not be replayed. */
function replaySettings({
  postgresql,
  tablespaces,
}: Readonly<Record<string, unknown>>): Record<string, string> {
  const parameters = isObject(postgresql) && isObject(postgresql.parameters) ? postgresql.parameters : {};
  const given = replayParameters.flatMap((name) =>
    textOf(`spec.postgresql.parameters.${name}`, parameters[name]),
  );
  const volumes = (Array.isArray(tablespaces) ? tablespaces : []).flatMap((tablespace: unknown, index) =>
    flattened(`spec.tablespaces[${index}]`, tablespace),
  );
  return Object.fromEntries([...given, ...volumes]);
}

const flattened = (path: string, value: unknown): [string, string][] =>
  isObject(value)
    ? Object.entries(value).flatMap(([key, inner]) => flattened(`${path}.${key}`, inner))
    : textOf(path, value);

const textOf = (path: string, value: unknown): [string, string][] =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? [[path, String(value)]]
    : [];

function unusedName(name: string, all: readonly Database[]): string {
  const taken = new Set(all.map((entry) => entry.name));
  for (let n = 1; ; n += 1) {
    const suffix = n === 1 ? "-restored" : `-restored-${n}`;
    const unused =
      name.slice(0, databaseRules.longestClusterName - suffix.length).replace(/-+$/, "") + suffix;
    if (!taken.has(unused)) return unused;
  }
}
