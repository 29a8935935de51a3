import { shown } from "../../pulumi/arguments.ts";
import { isObject } from "../../text/merge.ts";
import type { Plan } from "./plan.ts";
import type { Settings } from "../settings.ts";

const bootstraps = ["initdb", "recovery", "pg_basebackup"] as const;

/**
 * Another start in `spec.bootstrap` than the other arguments say. Kubernetes would say of it just that there may be one
 * only, and the other one is the component's.
 */
export function bootstrapProblem({
  spec,
  recovery,
}: Pick<Settings, "spec" | "recovery">): string | undefined {
  const given: unknown = spec.bootstrap;
  if (!isObject(given)) return undefined;
  const own = recovery ? "recovery" : "initdb";
  const other = bootstraps.find((method) => method !== own && isObject(given[method]));
  if (other === "pg_basebackup") return `spec.bootstrap.pg_basebackup ${noCopy}`;
  if (other === "initdb") return `spec.bootstrap.initdb ${noNewOne}`;
  const inSpec = given.recovery;
  if (!isObject(inSpec)) return undefined;
  if (inSpec.backup !== undefined) return `spec.bootstrap.recovery.backup ${noBackupObject}`;
  if (inSpec.volumeSnapshots !== undefined) return `spec.bootstrap.recovery.volumeSnapshots ${noSnapshots}`;
  return other && `spec.bootstrap.recovery ${noRecovery}`;
}

const noRecovery =
  "is what the argument recovery is for. Take it out of spec, and set recovery.from to the name of the database that was " +
  "backed up, or recovery.archive to the place of its backups, s3://BUCKET/…/SERVERNAME.";
const noBackupObject =
  "names an object of Kubernetes, and a database is recovered from the bucket here, with or without that object. Take it " +
  "out of spec, and set recovery.from to the name of the database that was backed up and, for this one base backup, " +
  "recovery.backupId to its id: kubectl get backups.postgresql.cnpg.io NAME -o jsonpath='{.status.backupId}'";
const noSnapshots =
  "starts from snapshots of volumes, and a database is recovered from base backups in a bucket here. Take it out of spec, " +
  "and set recovery.from or recovery.archive.";
const noCopy =
  "copies a running server, which is not supported here. Take it out of spec. To bring a database in that barman or " +
  "CloudNativePG backs up, set recovery.archive to the place of its backups; to bring in what any other server has, use " +
  "spec.bootstrap.initdb.import, which dumps and restores.";
const noNewOne =
  "makes an empty database, and the argument recovery says that this one comes from a backup, with all that is in it. " +
  "Take one of them out.";

/** Where barman's programs get arguments of the user's. */
const argumentLists = [
  ["data", "additionalCommandArgs"],
  ["wal", "archiveAdditionalCommandArgs"],
  ["wal", "restoreAdditionalCommandArgs"],
] as const;

/**
 * An argument and its value in one entry, with a blank between: barman's program gets that as one word, which it does
 * not know, and neither archives nor backs up.
 */
export function argumentsProblem({
  objectStore,
  cluster,
}: Pick<Plan, "objectStore" | "cluster">): string | undefined {
  const configurations: [name: string, configuration: unknown][] = [
    ["backup.objectStore.configuration", objectStore.configuration],
    ["spec.backup.barmanObjectStore", cluster.backup?.barmanObjectStore],
  ];
  for (const [name, configuration] of configurations) {
    for (const [part, list] of argumentLists) {
      const inPart = isObject(configuration) ? configuration[part] : undefined;
      const given: unknown = isObject(inPart) ? inPart[list] : undefined;
      const wrong = Array.isArray(given) ? given.find(isTwoWords) : undefined;
      if (wrong !== undefined) return twoWords(`${name}.${part}.${list}`, wrong);
    }
  }
  return undefined;
}

const isTwoWords = (entry: unknown): entry is string =>
  typeof entry === "string" && /^\s*-[\w-]*\s|^\s+-/.test(entry);

function twoWords(name: string, entry: string): string {
  const entries = mended(entry).map((each) => shown(each));
  return (
    `${name} has ${shown(entry)}, which barman gets as one word and does not know: write ${entries.join(", ")}` +
    `${entries.length === 1 ? "" : ", each an entry of its own"}.`
  );
}

/** An entry for each argument, with its value; more values than one need an entry each. */
function mended(entry: string): string[] {
  const [, ...groups] = ` ${entry.trim()}`.split(/\s+(?=-)/);
  return groups.flatMap((group) => {
    const [argument = "", ...values] = group.trim().split(/\s+/);
    return values.length === 1 && argument.startsWith("--")
      ? [`${argument}=${values[0] ?? ""}`]
      : [argument, ...values];
  });
}
