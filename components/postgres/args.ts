import type * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec, ObjectStoreSpec } from "../crds/types.ts";
import type { PreflightArgs } from "../kubernetes/preflight-args.ts";
import type { BackupStoreArgs } from "../backup-secret/contract.ts";

/** Arguments of {@link PostgresCluster}. */
export interface PostgresClusterArgs {
  /**
   * Namespace of the database: it must exist and have the backup Secret. To move a database, recover it into a new one,
   * see `recovery`: a change here is refused.
   */
  namespace: pulumi.Input<string>;

  /**
   * Name of the Cluster, and of its prefix in the bucket: a DNS label that starts with a letter, at most 46 characters
   * (CloudNativePG takes 50, and the jobs that bring such a database back have names that Kubernetes refuses).
   * Default: the component's name. To rename a database, recover it into a new one, see `recovery`: a change here is
   * refused.
   */
  clusterName?: pulumi.Input<string | undefined>;

  /** Number of PostgreSQL instances, one of them the primary. Default: 3, which survives the loss of a node. */
  instances?: pulumi.Input<number | undefined>;

  /**
   * Image for the instances, with a tag that starts with the PostgreSQL version. Default: the operator's own when the
   * Cluster is made (1.30: PostgreSQL 18.4). A recovery needs the major version of the backup. To upgrade to a new major
   * version, change `imageName` and `backup.serverName` together. The method `barmanObjectStore` needs barman-cloud in
   * the image, which CloudNativePG's `-minimal-` and `-standard-` images lack.
   */
  imageName?: pulumi.Input<string | undefined>;

  /** The volume of each instance. */
  storage: StorageArgs;

  /** The database that applications use, in a new cluster or a recovered one. Default: `app`, owned by `app`. */
  database?: DatabaseArgs | undefined;

  /** WAL archive and base backups. Every database has them. */
  backup: BackupArgs;

  /** Start from a backup instead of empty. It only applies when the Cluster is created. Default: start empty. */
  recovery?: RecoveryArgs | undefined;

  /** What happens to the data when the component is removed. Default: removal is refused. */
  deletion?: DeletionArgs | undefined;

  /**
   * Any other field of the Cluster's `spec`, merged over what the component makes: objects key by key, lists of named
   * entries (`env`, `plugins`, `externalClusters`) by name, anything else replaced. It is checked against the CRD in the
   * preview, and refused if it contradicts what `backup` or `recovery` declare.
   */
  spec?: pulumi.Input<Partial<ClusterSpec> | undefined>;

  /** How long `pulumi up` waits for the database to answer, in seconds. Default: 1800. A large recovery needs more. */
  timeoutSeconds?: pulumi.Input<number | undefined>;

  /** Which Kubernetes to ask before anything is made, and whether to. */
  preflight?: PreflightArgs | undefined;
}

/** The volume of each instance. */
export interface StorageArgs {
  /** Size of the volume with its unit, such as `20Gi`. It can grow if the StorageClass allows it, and cannot shrink. */
  size: pulumi.Input<string>;

  /** StorageClass of the volume. Default: the cluster's default class. */
  storageClass?: pulumi.Input<string | undefined>;
}

/** The database that applications use. */
export interface DatabaseArgs {
  /** Name of the database. Default: `app`. */
  name?: pulumi.Input<string | undefined>;

  /** Role that owns it; its password is in the Secret `<cluster>-app`. Default: the database's name. */
  owner?: pulumi.Input<string | undefined>;
}

/** How a database is backed up. */
export interface BackupArgs {
  /**
   * The bucket, and how to reach it. If you change the bucket or path of a running database, the new place must be empty.
   * A base backup is taken there at once; earlier ones stay where they are.
   */
  store: BackupStoreArgs;

  /**
   * `plugin`: the Barman Cloud plugin. `barmanObjectStore`: the operator's own, which CloudNativePG 1.31 removes.
   * Both write the same format: each restores what the other wrote. Default: `plugin`.
   */
  method?: string | undefined;

  /**
   * When base backups are taken: six fields, seconds first, Sunday is 0, in the operator's time zone; or `@daily`, or
   * `@every 12h`; one a minute at most. Default: each night at a minute between two and five that namespace and name
   * decide, so that databases do not all begin at once. The first one is always taken at once.
   */
  schedule?: pulumi.Input<string | undefined>;

  /**
   * How far back a recovery can go: a number and `d`, `w` or `m`. Older base backups, and WAL that only they need, are
   * deleted from the bucket. Default: `14d`.
   */
  retention?: pulumi.Input<string | undefined>;

  /**
   * Barman's server name: the folder under the cluster's prefix that this database archives to. It holds one lineage:
   * base backups of one database, and the WAL that follows from them. Two lineages never share a server name. Default:
   * the cluster's name; for a cluster that is recovered from its own prefix, the source's with the next number:
   * `orders` → `orders-2`.
   */
  serverName?: pulumi.Input<string | undefined>;

  /** Compression of base backups: `snappy`, `gzip`, `bzip2`, `lz4` (plugin only) or `none`. Default: `snappy`. */
  dataCompression?: pulumi.Input<string | undefined>;

  /** Compression of WAL: `zstd`, `lz4`, `snappy`, `gzip`, `bzip2`, `xz` or `none`. Default: `zstd`. */
  walCompression?: pulumi.Input<string | undefined>;

  /** Parallel uploads of a base backup. Default: 2. */
  jobs?: pulumi.Input<number | undefined>;

  /** WAL segments that are archived or restored at once. Default: 2. Each costs about half a second of CPU. */
  walParallelism?: pulumi.Input<number | undefined>;

  /** Any other field of the ObjectStore's `spec` (plugin only), merged over what the component makes, as `spec` is. */
  objectStore?: pulumi.Input<Partial<ObjectStoreSpec> | undefined>;
}

/** The backup that a database starts from. */
export interface RecoveryArgs {
  /**
   * Name of the cluster whose backups to start from: its prefix in the store. The cluster itself may be gone. Required,
   * unless you set `archive`.
   */
  from?: pulumi.Input<string | undefined>;

  /**
   * The place of the backups, whatever its layout: `s3://BUCKET/…/SERVERNAME`, the folder that holds `base` and `wals`.
   * It replaces `from` and `serverName`, and the bucket and path of `store`.
   */
  archive?: pulumi.Input<string | undefined>;

  /** Where those backups are. Default: the store of `backup`. */
  store?: BackupStoreArgs | undefined;

  /**
   * Barman's server name under that prefix, see `backup.serverName`. Default: the same as `from`, where it is the only
   * one there.
   */
  serverName?: pulumi.Input<string | undefined>;

  /**
   * Recover to this moment, with its time zone (RFC 3339): `2026-11-22T10:00:00Z`. Refused if it is in the future or
   * before the end of the oldest base backup. Default: everything that was archived.
   */
  targetTime?: pulumi.Input<string | undefined>;

  /**
   * Start from this base backup: its id in the bucket, such as `20261122T020000`. Default: the newest one that ended
   * before `targetTime`. For when a newer one is damaged.
   */
  backupId?: pulumi.Input<string | undefined>;

  /**
   * Accept that the recovery ends before this file of the archive, and that the data after it is lost: a WAL segment such
   * as `000000010000000000000005`, or a timeline's history file. The error of a recovery that fell short names it.
   * Default: a recovery that does not reach the end of the archive is an error.
   */
  acceptLoss?: pulumi.Input<string | undefined>;
}

/** What happens to the data when a database is removed. */
export interface DeletionArgs {
  /**
   * Refuse to delete the Cluster, and with it its volumes, when the component is removed or the stack destroyed.
   * Default: true. Set it to false and run `pulumi up` before you remove a database. Backups stay in either case.
   */
  protect?: boolean | undefined;

  /**
   * When the Cluster is deleted, leave what the operator made for it where it is: volumes (PersistentVolumeClaims), pods,
   * Services, the application's Secret. PostgreSQL keeps running, but nothing manages it, and its WAL is no longer
   * archived, because the ObjectStore is deleted. A new Cluster of the same name takes over the volumes, restarts the
   * instances, and continues in the same archive. Set it and run `pulumi up` before the deletion. Default: false, all of
   * it is deleted with the Cluster.
   */
  retainVolumes?: pulumi.Input<boolean | undefined>;
}
