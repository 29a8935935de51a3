import backup from "./generated/backup.json" with { type: "json" };
import cluster from "./generated/cluster.json" with { type: "json" };
import objectStore from "./generated/object-store.json" with { type: "json" };
import scheduledBackup from "./generated/scheduled-backup.json" with { type: "json" };
import type { CrdKind } from "./types.ts";

/** As much of a generated schema as is read here; the validator reads the rest. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly enum?: readonly unknown[];
}

export const schemas: Readonly<Record<CrdKind, Schema>> = {
  Backup: backup,
  Cluster: cluster,
  ObjectStore: objectStore,
  ScheduledBackup: scheduledBackup,
};

export const apiVersions: Readonly<Record<CrdKind, string>> = {
  Backup: "postgresql.cnpg.io/v1",
  Cluster: "postgresql.cnpg.io/v1",
  ObjectStore: "barmancloud.cnpg.io/v1",
  ScheduledBackup: "postgresql.cnpg.io/v1",
};

/** As kubectl and the API's paths call objects of a kind. */
export const pluralOf = (kind: CrdKind): string => `${kind.toLowerCase()}s`;

/** Path of an object in the API. */
export const apiPathOf = (kind: CrdKind, { namespace, name }: { namespace: string; name: string }): string =>
  `/apis/${apiVersions[kind]}/namespaces/${namespace}/${pluralOf(kind)}/${encodeURIComponent(name)}`;
