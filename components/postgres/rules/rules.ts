import { shown } from "../../pulumi/arguments.ts";
import { bucketRule, pathRule } from "../../s3/rules.ts";
import { lineageParts, parseArchiveUrl } from "../../archive/location.ts";
import { defaults } from "../defaults.ts";
import { imageRule } from "../../backup-plugin/rules.ts";

export { scheduleRule } from "./schedule.ts";

/**
 * CloudNativePG's own rule is an RFC 1035 label of at most 50 characters. But the jobs of a recovery and of a major
 * upgrade, `NAME-10-full-recovery`, have to be labels of 63: with a longer name a database could not come back.
 */
export const longestClusterName = 46;

export const clusterNameRule = (name: string | undefined): string | undefined =>
  labelRule(name, longestClusterName);

/** A cluster to recover from may be of other tools, which go by CloudNativePG's own rule. */
export const sourceNameRule = (name: string | undefined): string | undefined => labelRule(name, 50);

function labelRule(name: string | undefined, longest: number): string | undefined {
  if (name === undefined || (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= longest))
    return undefined;
  return `must be 1 to ${longest} lower-case letters, digits and inner hyphens, the first a letter, not ${shown(name)}`;
}

export function instancesRule(instances: number | undefined): string | undefined {
  if (instances === undefined || (Number.isInteger(instances) && instances >= 1)) return undefined;
  return `must be a whole number of instances, at least 1, not ${shown(instances)}`;
}

/** As an image reference with a tag, for CloudNativePG reads the version from it. */
export function imageNameRule(imageName: string | undefined): string | undefined {
  if (imageName === undefined) return undefined;
  const hasTag = /:\w[\w.-]*(@sha256:[0-9a-f]{64})?$/.test(imageName);
  if (hasTag && imageRule(imageName) === undefined) return undefined;
  return `must be an image with a tag that starts with the PostgreSQL version, such as registry/postgresql:17.5, not ${shown(imageName)}`;
}

/** CloudNativePG's images but the `system` ones come without barman-cloud, which the in-tree method runs in them. */
export function barmanImageRule(
  method: string | undefined,
): (imageName: string | undefined) => string | undefined {
  return (imageName) => {
    const isWithout = /(^|\/)cloudnative-pg\/[^:@]+:[^@]*-(minimal|standard)(-|@|$)/.test(imageName ?? "");
    if (method !== "barmanObjectStore" || !isWithout) return undefined;
    return `must be an image with barman-cloud for backup.method ${method}: not ${shown(imageName ?? "")}, but its -system- variant; or remove backup.method to use the plugin, which brings its own`;
  };
}

/** A Kubernetes quantity with its unit: a bare number means bytes, which nobody wants. */
export function sizeRule(size: string): string | undefined {
  if (/^(?=[\d.]*[1-9])\d+(\.\d+)?(Mi|Gi|Ti|Pi|M|G|T|P)$/.test(size)) return undefined;
  return `must be a size with its unit (Mi, Gi, Ti, or M, G, T), such as 20Gi, not ${shown(size)}`;
}

/** The API server's own rule (RFC 1123 subdomain). */
export function storageClassRule(name: string | undefined): string | undefined {
  if (name === undefined || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) return undefined;
  return `must be the name of a StorageClass: up to 253 lower-case letters, digits, inner hyphens and dots, not ${shown(name)}`;
}

/** The names that `CREATE DATABASE` takes without quotes; others would need them in every tool. */
export function identifierRule(name: string | undefined): string | undefined {
  if (name === undefined || /^[a-z_][a-z0-9_]{0,62}$/.test(name)) return undefined;
  return `must be 1 to 63 lower-case letters, digits and underscores, the first no digit, not ${shown(name)}`;
}

export const methods = ["plugin", "barmanObjectStore"] as const;

export function methodRule(method: string | undefined): string | undefined {
  if (method === undefined || methods.some((known) => known === method)) return undefined;
  return `must be "plugin" or "barmanObjectStore", not ${shown(method)}`;
}

/** The pattern of the CRDs. */
export function retentionRule(retention: string | undefined): string | undefined {
  if (retention === undefined || /^[1-9][0-9]*[dwm]$/.test(retention)) return undefined;
  return `must be a number of days, weeks or months, such as 14d, 4w or 3m, not ${shown(retention)}`;
}

/** Said twice, the shorter one may win, and delete what the longer one promises to keep. */
export function retentionsRule(given: Readonly<Record<string, string | undefined>>): string | undefined {
  const said = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  if (new Set(said.map(({ value }) => value)).size < 2) return undefined;
  const all = said.map(({ name, value }) => `${name} is ${shown(value)}`).join(", and ");
  return `is set twice: ${all}. Remove one of them: one would delete base backups that the other keeps`;
}

/** What becomes part of object names and of barman's command line. */
export function serverNameRule(serverName: string | undefined): string | undefined {
  if (serverName === undefined || /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(serverName)) return undefined;
  return `must be up to 63 letters, digits and -_., the first a letter or digit, not ${shown(serverName)}`;
}

/** The place of an archive: `s3://BUCKET/…/SERVERNAME`. */
export function archiveRule(archive: string | undefined): string | undefined {
  if (archive === undefined) return undefined;
  const location = parseArchiveUrl(archive);
  if (location === undefined) return `must be a place like s3://BUCKET/SERVERNAME, not ${shown(archive)}`;
  const { cluster, serverName } = lineageParts(location);
  const problems = [
    ["its bucket", bucketRule(location.bucket)],
    ["its path", pathRule(cluster.prefix)],
    ["its last part", serverNameRule(serverName)],
  ] as const;
  const [which, problem] = problems.find(([, found]) => found !== undefined) ?? [];
  return problem && `must be a place like s3://BUCKET/SERVERNAME: ${which ?? ""} ${problem}`;
}

/** What names where a recovery starts from: the one or the other, as the messages call them. */
export function sourceRule(given: Readonly<Record<string, unknown>>): string | undefined {
  const { archive, ...others } = given;
  const named = Object.keys(others).filter((key) => others[key] !== undefined);
  if (archive !== undefined && named.length > 0) {
    const list = named.map((key) => `recovery.${key}`).join(", ");
    return `names the whole place, and ${list} a part of it: remove one or the other`;
  }
  if (archive !== undefined || others.from !== undefined) return undefined;
  return "or recovery.from is needed: the place of an archive, or the name of a database in this store";
}

const dataCompressions: Record<string, readonly string[]> = {
  plugin: ["snappy", "lz4", "gzip", "bzip2", "none"],
  barmanObjectStore: ["snappy", "gzip", "bzip2", "none"],
};

export function dataCompressionRule(
  method: string = defaults.method,
): (compression: string | undefined) => string | undefined {
  const allowed = dataCompressions[method] ?? [];
  return (compression) => {
    if (compression === undefined || allowed.includes(compression)) return undefined;
    // Barman knows it from 3.18 on, and the Debian package in many images is older; the plugin brings its own.
    const why = compression === "lz4" ? ", since the barman in the database's image may not know lz4" : "";
    return `must be one of ${allowed.join(", ")} with method ${method}${why}, not ${shown(compression)}`;
  };
}

export function walCompressionRule(compression: string | undefined): string | undefined {
  const allowed = ["zstd", "lz4", "snappy", "gzip", "bzip2", "xz", "none"];
  if (compression === undefined || allowed.includes(compression)) return undefined;
  return `must be one of ${allowed.join(", ")}, not ${shown(compression)}`;
}

export function parallelRule(count: number | undefined): string | undefined {
  if (count === undefined || (Number.isInteger(count) && count >= 1 && count <= 64)) return undefined;
  return `must be a whole number from 1 to 64, not ${shown(count)}`;
}

export function timeoutRule(seconds: number | undefined): string | undefined {
  if (seconds === undefined || (Number.isFinite(seconds) && seconds >= 1)) return undefined;
  return `must be a number of seconds, at least 1, not ${shown(seconds)}`;
}

/** Barman names base backups by the time of their start. */
export function backupIdRule(backupId: string | undefined): string | undefined {
  if (backupId === undefined || /^\d{8}T\d{6}$/.test(backupId)) return undefined;
  return `must be the id of a base backup, such as 20261122T020000, not ${shown(backupId)}`;
}

/** A segment of WAL, or the history file of a timeline. */
export function acceptLossRule(file: string | undefined): string | undefined {
  if (file === undefined || /^([0-9A-F]{24}|[0-9A-F]{8}\.history)$/.test(file)) return undefined;
  return `must be the name of a file in the archive, such as 000000010000000000000005, not ${shown(file)}`;
}

/** Without a time zone PostgreSQL would take the server's. */
export function targetTimeRule(targetTime: string | undefined): string | undefined {
  if (targetTime === undefined) return undefined;
  const isTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/.test(targetTime);
  const time = Date.parse(targetTime.replace(" ", "T"));
  if (!isTime || Number.isNaN(time)) {
    return `must be a moment with its time zone, such as 2026-11-22T10:00:00Z, not ${shown(targetTime)}`;
  }
  if (time <= Date.now()) return undefined;
  return `must not be in the future: ${shown(targetTime)}, and it is ${new Date().toISOString()} now`;
}
