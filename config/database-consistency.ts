import {
  databaseRules,
  isObject,
  namespaceRule,
  shown,
  sourceStoreName,
  usesPlugin,
} from "../components/internal.ts";
import { keyName, setCommand } from "./commands.ts";
import { type FoundConfig, type Problem, isHidden } from "./problems.ts";

/** What the databases, the namespaces and the plugin say together. */
export function databaseInconsistencies(found: FoundConfig, encrypted: ReadonlySet<string>): Problem[] {
  if (isHidden("databases", encrypted) || isHidden("namespaces", encrypted)) return [];
  const databases = (Array.isArray(found.databases) ? found.databases : []).map((entry: unknown) =>
    isObject(entry) ? entry : {},
  );
  return [
    ...databases.flatMap((database, i) => withoutNamespace(found, database, i)),
    ...databases.flatMap((database, i) => sameNames(databases, database, i)),
    ...databases.flatMap((database, i) => drillWithoutPlugin(database, i)),
    ...databases.flatMap((database, i) => sameObjectStores(databases, database, i)),
  ];
}

type Entry = Readonly<Record<string, unknown>>;

function withoutNamespace(found: FoundConfig, { namespace }: Entry, index: number): Problem[] {
  const listed = (Array.isArray(found.namespaces) ? found.namespaces : []).map((entry: unknown) =>
    isObject(entry) ? entry.name : entry,
  );
  // A name that is none is reported as such; besides, it would be part of a command here.
  if (typeof namespace !== "string" || namespaceRule(namespace) !== undefined || listed.includes(namespace)) {
    return [];
  }
  const names = listed.filter((name) => typeof name === "string");
  const known = listed.length === 0 ? "is empty" : `has ${names.map(shown).join(", ")}`;
  return [
    {
      message: `${keyName(["databases", index, "namespace"])} is ${shown(namespace)}, but cnpg-rgw:namespaces ${known}. A database needs the Secret that this list creates in its namespace`,
      fix: setCommand(["namespaces", listed.length], namespace),
    },
  ];
}

/** The name is the prefix in the bucket, whatever the namespace. */
function sameNames(databases: Entry[], { name }: Entry, index: number): Problem[] {
  const first = databases.findIndex((other) => other.name === name);
  if (typeof name !== "string" || databaseRules.clusterNameRule(name) !== undefined || first === index)
    return [];
  const message = `${keyName(["databases", index, "name"])} is ${shown(name)}, and so is ${keyName(["databases", first, "name"])}. A database's name is its place in the bucket, so each needs its own`;
  return [{ message, fix: setCommand(["databases", index, "name"], `${name}-2`) }];
}

function isByPlugin({ backup }: Entry): boolean {
  const method = isObject(backup) ? backup.method : undefined;
  return method === undefined || (typeof method === "string" && usesPlugin(method));
}

/** A drill restores by the plugin; by default such a database has none. */
function drillWithoutPlugin(database: Entry, index: number): Problem[] {
  const { drill } = database;
  if (!isObject(drill) || drill.enabled !== true || isByPlugin(database)) return [];
  const path = ["databases", index, "drill", "enabled"];
  const message = `${keyName(path)} is true, and ${keyName(["databases", index, "backup", "method"])} is not plugin: a drill restores by the plugin`;
  return [{ message, fix: setCommand(path, "false") }];
}

/** A recovered database has a second ObjectStore, of what it comes from, whose name may be another database's. */
function sameObjectStores(databases: Entry[], recovered: Entry, index: number): Problem[] {
  const { name, namespace, recovery } = recovered;
  if (typeof name !== "string" || databaseRules.clusterNameRule(name) !== undefined) return [];
  if (!isObject(recovery) || !isByPlugin(recovered)) return [];
  const taken = databases.findIndex(
    (other) => other.name === sourceStoreName(name) && other.namespace === namespace && isByPlugin(other),
  );
  if (taken < 0) return [];
  const message = `${keyName(["databases", index, "name"])} is ${shown(name)}, whose recovery needs an ObjectStore ${shown(sourceStoreName(name))}. ${keyName(["databases", taken, "name"])} is ${shown(sourceStoreName(name))} and has an ObjectStore of that name too. Rename the one that does not exist yet`;
  const later = Math.max(index, taken);
  const another = `${later === index ? name : sourceStoreName(name)}-2`;
  return [{ message, fix: setCommand(["databases", later, "name"], another) }];
}
