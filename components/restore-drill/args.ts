import type * as pulumi from "@pulumi/pulumi";

import type { PreflightArgs } from "../kubernetes/preflight-args.ts";
import type { S3ConnectionArgs } from "../s3/connection.ts";

/** Which databases to restore, from which store, and where. */
export interface RestoreDrillArgs {
  /** The databases to drill. */
  databases: DrilledDatabaseArgs[];

  /** The store that holds their backups. */
  store: DrillStoreArgs;

  /**
   * Namespace of the drills, made here: Pod Security `restricted`, a quota, and network policies that keep a restored
   * copy from reaching anything but DNS, the API server and the store. Use it for nothing else. It stays when the
   * component is removed. Default: `cnpg-drill`.
   */
  namespace?: pulumi.Input<string | undefined>;

  /**
   * Image that the drill runs in: the sidecar image of the Barman Cloud plugin, which has Python, boto3 and psycopg2.
   * Default: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0`.
   */
  image?: pulumi.Input<string | undefined>;

  /** Limits of the drills' namespace. */
  quota?: DrillQuotaArgs | undefined;

  /**
   * Secret. URL that is called (GET) after each drill that passed, such as a check of healthchecks.io: it raises the
   * alarm when the call does not come. Its port has to be 443 or 6443, which the network policy allows. Default: none.
   */
  heartbeatUrl?: pulumi.Input<string | undefined>;

  /** The questions to the cluster before something is made. */
  preflight?: PreflightArgs | undefined;
}

/** The store of the backups, and the keys that a drill reads them with. */
export interface DrillStoreArgs {
  /** The S3 store, as for backups. */
  connection: S3ConnectionArgs;

  /**
   * Keys that can only read, for the drills. Default: the keys of `connection`, with a warning, since whoever can read
   * the Secrets of the drills' namespace could then delete backups.
   */
  readOnlyKeys?: ReadOnlyKeysArgs | undefined;
}

/** A pair of S3 keys that can list and get objects of the bucket, and write none. */
export interface ReadOnlyKeysArgs {
  /** Secret. */
  accessKeyId: pulumi.Input<string>;

  /** Secret. */
  secretAccessKey: pulumi.Input<string>;
}

/** What all restored copies together may take: the ResourceQuota of the drills' namespace. */
export interface DrillQuotaArgs {
  /**
   * Bytes that the volumes of all restored copies may ask for, such as `100Gi`. One database is restored at a time, so
   * that one and a half times the largest is enough. Default: no limit.
   */
  storage?: pulumi.Input<string | undefined>;

  /** Pods in the namespace, those of drills that wait for their turn included. Default: one a database, and 6. */
  pods?: pulumi.Input<number | undefined>;
}

/** One database, and how its drill goes. */
export interface DrilledDatabaseArgs {
  /** Part of the names of its resources in the stack: a name that does not change. */
  name: string;

  /** The database: a PostgresCluster of this program, or the same four values of another one. */
  of: DrillSourceArgs;

  /**
   * When it is drilled: five fields as in a CronJob, minute first, Sunday is 0. Default: once a week, in a night and at
   * a minute between 22:00 and 02:00 that the database's name decides, so that many databases spread.
   */
  schedule?: pulumi.Input<string | undefined>;

  /** Time zone of `schedule`, such as `Europe/Berlin`. Default: `Etc/UTC`. */
  timeZone?: pulumi.Input<string | undefined>;

  /** Seconds that a drill may take once it is its turn, at least 300. Default: 3600. */
  deadlineSeconds?: pulumi.Input<number | undefined>;

  /**
   * `latest`: all that was archived. `random`: a moment between the end of the oldest base backup and now, chosen anew
   * in each run; it needs the marker. Default: `latest`.
   */
  moment?: pulumi.Input<string | undefined>;

  /**
   * Make a database and a role of the drill's own in the source (`cnpgrgw_drill`, by CloudNativePG's Database and
   * DatabaseRole), into which each run writes one row that the restored copy has to have. Without it, how far the data
   * go is judged by the newest WAL in the archive alone, and an archive that stands still passes. Default: true.
   */
  marker?: boolean | undefined;

  /** Size of the copy's volume, such as `20Gi`. Default: that of the database. */
  size?: pulumi.Input<string | undefined>;

  /** StorageClass of the copy's volumes, with reclaim policy `Delete`. Default: that of the database. */
  storageClass?: pulumi.Input<string | undefined>;

  /** What is looked at in the restored data. */
  checks?: DrillChecksArgs | undefined;

  /**
   * The most data, in seconds, that a loss of the whole site may cost: a drill that measures more, by its marker, fails
   * with reason `archived-late`. Default: 900, three times the default `archive_timeout`.
   */
  maxDataLossSeconds?: pulumi.Input<number | undefined>;

  /** Runs that the history holds, from 1 to 20. Default: 20. */
  keepRuns?: pulumi.Input<number | undefined>;
}

/** Where the database and its backups are: outputs of `PostgresCluster`. */
export interface DrillSourceArgs {
  /** Namespace of the Cluster. */
  namespace: pulumi.Input<string>;

  /** Name of the Cluster. */
  clusterName: pulumi.Input<string>;

  /** Barman's server name that the Cluster archives as. */
  serverName: pulumi.Input<string>;

  /** Where its backups are: `s3://<bucket>/…`. */
  destinationPath: pulumi.Input<string>;
}

/** What is checked on the restored data. */
export interface DrillChecksArgs {
  /**
   * What amcheck reads: `catalogs` (PostgreSQL's own tables and their indexes), `full` (every table and every B-tree,
   * which takes about as long as reading them), `none`. Default: `catalogs`.
   */
  pages?: pulumi.Input<string | undefined>;

  /** Statements that have to return true, in every column of every row and at least one. Default: none. */
  sql?: DrillStatementArgs[] | undefined;

  /** Whether the image has the files of each extension in use. Default: true. */
  extensions?: pulumi.Input<boolean | undefined>;

  /** Whether collations have the versions that indexes were built with. Default: true. */
  collations?: pulumi.Input<boolean | undefined>;
}

/** A statement that must return true on the restored data. */
export interface DrillStatementArgs {
  /** Default: `app`. */
  database?: pulumi.Input<string | undefined>;

  /** It is not printed, nor is what it returns. */
  statement: pulumi.Input<string>;
}
