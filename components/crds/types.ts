import type * as pulumi from "@pulumi/pulumi";

import type { BackupSpec } from "./generated/backup.ts";
import type { ClusterSpec } from "./generated/cluster.ts";
import type { ObjectStoreSpec } from "./generated/object-store.ts";
import type { ScheduledBackupSpec } from "./generated/scheduled-backup.ts";

export type { BackupSpec, ClusterSpec, ObjectStoreSpec, ScheduledBackupSpec };

interface Specs {
  Backup: BackupSpec;
  Cluster: ClusterSpec;
  ObjectStore: ObjectStoreSpec;
  ScheduledBackup: ScheduledBackupSpec;
}

/** A kind of custom resource whose CRD this package knows. @internal */
export type CrdKind = keyof Specs;

/** @internal */
export type SpecOf<K extends CrdKind> = Specs[K];

/**
 * A spec whose parts, at any depth, may be outputs of other resources; undefined stands for a field left out.
 * @internal
 */
export type SpecInput<T> = pulumi.Input<
  T extends object ? { [F in keyof T]: SpecInput<T[F]> | (object extends Pick<T, F> ? undefined : never) } : T
>;
