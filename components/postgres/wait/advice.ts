import type { Advice } from "./advice-table.ts";
import { startCauses } from "./start-advice.ts";
import { quotaWords, storeIsFull } from "../../s3/store-limits.ts";

/** What is known about an error of a bootstrap, a recovery or a backup. */
export interface KnownCause {
  /** What it means and what to do. */
  advice: string;

  /** Whether it can go away by itself, so that another attempt is worth waiting for. */
  isPassing: boolean;

  /** Whether the next attempt certainly ends alike. */
  isCertain?: boolean;
}

/** What an error came up in: a start, empty or from an archive, or the archiving of a database that is up. */
export type Activity = "start" | "archiving";

/** By texts of Barman, boto3, PostgreSQL, CloudNativePG or Kubernetes. */
export interface Cause extends Advice, KnownCause {
  /** Where its advice is about one activity only. Archiving has no other backup to choose. */
  in?: Activity;
}

/** The first that matches counts: what is specific comes before what often goes along with it. */
const causes: readonly Cause[] = [
  ...startCauses,
  {
    pattern: /no matches for .*barmancloud\.cnpg\.io/,
    advice:
      "The Barman Cloud plugin, or its CRD ObjectStore, is not in this Kubernetes cluster. Install it beside the" +
      " operator (BarmanCloudPlugin).",
    isPassing: true,
  },
  {
    pattern: /objectstores?(\.barmancloud\.cnpg\.io)? .*not found/i,
    advice: "The ObjectStore to recover from, or to archive to, is missing in the database's namespace.",
    isPassing: true,
  },
  {
    pattern: /invalid header value/i,
    advice:
      "The Secret's keys hold a line break or a blank, so no request can be signed with them. `pulumi up --refresh` puts" +
      " the stack's keys back; a Secret of your own needs them without one (`echo` appends one, `printf %s` does not).",
    isPassing: false,
  },
  {
    pattern: /unrecognized arguments|invalid arguments for barman|error: argument -/,
    advice:
      "barman-cloud does not take one of its arguments. Correct additionalCommandArgs, archiveAdditionalCommandArgs or" +
      " restoreAdditionalCommandArgs: an entry for each argument, as `--name=value`.",
    isPassing: false,
  },
  {
    pattern: /(?=.*read-only file system).*(walrestore|\/tmp\b)/i,
    advice:
      "The container's file system is read-only where barman-cloud keeps its files. That is of the plugin's version, not" +
      " of the store: take the plugin and the sidecar image in the version that the component has by default.",
    isPassing: false,
  },
  {
    // Before the volume: a store may say of its own disks that no space is left. MinIO's words are to delete objects.
    pattern: storeIsFull,
    advice:
      "The S3 store is full, and not a volume of the database: add storage to it. Do not delete objects by hand: any of them" +
      " may be what a recovery needs.",
    isPassing: false,
  },
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    advice: "The volume is too small for the data: ask for more storage (or walStorage).",
    isPassing: false,
  },
  {
    // Before the refused keys: Garage says AccessDenied of both.
    pattern: quotaWords,
    advice:
      "A quota of the S3 user or of the bucket is used up: raise it (rgwUser.quota, where this stack made the user). Old" +
      " backups are deleted only after a new one has succeeded, so it does not heal by itself.",
    isPassing: false,
  },
  {
    pattern: /UserSuspended/,
    advice: "The S3 user is suspended: enable it (on Ceph: radosgw-admin user enable --uid=…).",
    isPassing: false,
  },
  {
    pattern: /InvalidAccessKeyId|SignatureDoesNotMatch|InvalidClientTokenId/,
    advice:
      "The S3 store does not know the keys. Compare the Secret with the keys in namespace and name that the" +
      " object store refers to with the keys of the S3 user; keys that were replaced in the store belong there too.",
    isPassing: false,
  },
  {
    pattern: /RequestTimeTooSkewed/,
    advice:
      "The clocks of the node and of the S3 store differ by more than the store allows. Set the time by NTP.",
    isPassing: false,
  },
  {
    pattern: /AccessDenied|\(403\)|403 Forbidden|HeadBucket operation: Forbidden/,
    advice:
      "The S3 store refuses the keys, since it does not know them or they are not for this bucket. Check that the" +
      " Secret has the keys of the bucket's owner, and that bucket and endpoint are the right ones.",
    isPassing: false,
  },
  {
    pattern: /NoSuchBucket|bucket .*does not exist/i,
    advice: "Correct the name of the bucket to recover from, or the endpoint.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /NoSuchBucket|bucket .*does not exist/i,
    advice:
      "The bucket to archive to is not there. Correct its name, or the endpoint; one that this stack made `pulumi up" +
      " --refresh` makes anew, empty.",
    in: "archiving",
    isPassing: false,
  },
  {
    pattern: /NoSuchKey|specified key does not exist/,
    advice:
      "An object that barman has just written or listed is not in the bucket any more. Check whether a lifecycle rule or" +
      " another program deletes objects there.",
    in: "archiving",
    isPassing: false,
  },
  {
    pattern: /WRONG_VERSION_NUMBER|wrong version number/,
    advice:
      "The S3 endpoint does not speak TLS at this port: write http:// in it, or give the port that speaks https.",
    isPassing: false,
  },
  {
    pattern:
      /SSL validation failed|CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSLError|unknown authority/i,
    advice:
      "The S3 endpoint's certificate is not trusted: give the CA that signed it as caBundle, and use a host name that" +
      " the certificate names.",
    isPassing: false,
  },
  {
    pattern: /Expected empty archive/,
    advice:
      "The prefix that this database would archive to has WAL of another one. Give it a serverName of its own, or" +
      " another path; archives are never mixed.",
    isPassing: false,
  },
  {
    pattern: /archive file "[0-9A-F]{24}" has wrong size/,
    advice:
      "This WAL segment is cut short in the archive, and PostgreSQL refuses to go on. Put it back if another copy of the" +
      " bucket has it. If none has, move the object to another prefix, so that the recovery ends before it, or recover to" +
      " a targetTime before it.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /directory "\S*\/tablespaces\/[^"]*" does not exist/,
    advice:
      "A tablespace was added after this base backup, and CloudNativePG cannot replay that. Start from a base backup that" +
      " was taken after it, or recover to a targetTime before it.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /recovery ended before configured recovery target was reached/,
    advice:
      "No transaction that ended at the recovery target or after it was found in the archive. Choose an earlier" +
      " targetTime, or leave it out to recover to the latest point.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /requested timeline|not a child of this server's history/,
    advice:
      "The timeline to recover is not one that follows from the base backup. Recover without a timeline of your own" +
      " choice, or from a backup that was taken on it.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /no target backup found|no backup found|Cannot find any candidate backup|target .* before/i,
    advice:
      "There is no base backup to start from: none under that name, or none that ended before the targetTime. Check" +
      " where to recover from (bucket, path, server name), and choose a targetTime after the end of the oldest backup.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /first needed WAL|WAL not found|could not locate required checkpoint|invalid checkpoint record/i,
    advice:
      "WAL that the base backup needs is missing from the archive, so this backup cannot be restored. Choose another" +
      " one, by an earlier or later targetTime.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /NoSuchKey|specified key does not exist|\(404\)|does not exists/,
    advice:
      "An object of the backup is missing from the bucket: deleted by hand, by a lifecycle rule or by retention." +
      " Choose another backup.",
    in: "start",
    isPassing: false,
  },
  {
    pattern:
      /exception: (empty file|invalid header(?! value)|snappy: corrupt input|zstd decompress error)|unexpected end of data|ReadError|bad checksum|not a (gzip|bzip2) file|invalid compressed data|could not be opened successfully|zlib\.error|error (while )?decompressing|invalid page in block|EOFError|invalid magic|truncated/i,
    advice: "An object of the backup is damaged or cut short. Choose another backup.",
    in: "start",
    isPassing: false,
  },
  {
    pattern: /No module named|ModuleNotFoundError|requires the .* (module|library|package)/,
    advice:
      "The image lacks the Python package for the compression of this backup. Use an image that has it, the official" +
      " one for instance.",
    isPassing: false,
  },
  {
    pattern: /missing key \S+, inside secret|while getting secret|secrets? \S+ not found/i,
    advice:
      "The Secret with the S3 keys is missing, or lacks a key, in the database's namespace. List the namespace in the" +
      " stack's namespaces, which makes it.",
    isPassing: false,
  },
  {
    pattern: /code = Unavailable desc = .*(transport: |connection error)/,
    advice:
      "The Barman Cloud plugin does not answer. See that its deployment runs (barman-cloud, in the operator's namespace); one" +
      " that restarts comes back by itself.",
    isPassing: true,
  },
  {
    pattern:
      /Could not connect to the endpoint|(connect|read) timeout on endpoint|Connection was closed before|Connection (reset|aborted|broken)|Failed to connect to proxy|Can't connect to cloud provider|Connection refused|ConnectTimeout|ReadTimeout|timed out|Name or service not known|name resolution|No route to host|SlowDown|ServiceUnavailable|connectivity failure|Network error|InternalError|\(50\d\)/i,
    advice:
      "The S3 endpoint did not answer from inside the cluster. Check that it is up, that its host name resolves there," +
      " and that no network policy or firewall keeps the namespace from it.",
    isPassing: true,
  },
];

/** The cause that lines of a log tell of, if it is a known one. */
export function knownCause(lines: string[], activity: Activity = "start"): KnownCause | undefined {
  return causesOf(activity).find(({ pattern }) => lines.some((line) => pattern.test(line)));
}

const causesOf = (activity: Activity): Cause[] =>
  causes.filter(({ in: only = activity }) => only === activity);

/** The last few lines, and before them the first that tells of a known cause, or else PostgreSQL's last word. */
export function tellingLines(lines: string[], atMost = 3): string[] {
  const known =
    causesOf("start")
      .map(({ pattern }) => lines.findLast((line) => pattern.test(line)))
      .find(Boolean) ?? lines.findLast((line) => /\b(FATAL|PANIC): /.test(line));
  const last = lines.slice(-atMost);
  return known === undefined || last.includes(known) ? last : [known, ...last.slice(1 - atMost)];
}
