export type { CephHostArgs } from "./ceph/host.ts";
export { RgwUser } from "./ceph/rgw-user.ts";
export type { RgwUserArgs, RgwUserKeysArgs, RgwUserQuotaArgs } from "./ceph/rgw-user.ts";
export { RgwUserKeyRevocation } from "./ceph/rgw-user-key-revocation.ts";
export type { RgwUserKeyRevocationArgs } from "./ceph/rgw-user-key-revocation.ts";
export { SingleDiskPools } from "./ceph/single-disk.ts";
export type { SingleDiskPoolsArgs } from "./ceph/single-disk.ts";
export type { S3ConnectionArgs } from "./s3/connection.ts";
export { BackupBucket } from "./s3/bucket.ts";
export type { BackupBucketArgs } from "./s3/bucket.ts";
export { smokeCheck } from "./s3/smoke-check.ts";
export type { CheckedLocation, SmokeCheckArgs } from "./s3/smoke-check.ts";
export type { QuotaArgs } from "./s3/stored.ts";
export { CnpgOperator } from "./cnpg/operator.ts";
export type { AdoptArgs, CnpgOperatorArgs } from "./cnpg/operator.ts";
export type { PreflightArgs } from "./cnpg/preflight.ts";
export type { ClusterArgs } from "./cnpg/cluster-args.ts";
export { PostgresCluster } from "./cnpg/postgres/postgres-cluster.ts";
export type {
  BackupArgs,
  DatabaseArgs,
  DeletionArgs,
  PostgresClusterArgs,
  RecoveryArgs,
  StorageArgs,
} from "./cnpg/postgres/args.ts";
export type { BackupSpec, ClusterSpec, ObjectStoreSpec, ScheduledBackupSpec } from "./cnpg/crds/types.ts";
export { BarmanCloudPlugin } from "./cnpg/plugin/plugin.ts";
export type { BarmanCloudPluginArgs, CertManagerArgs, PluginCertificatesArgs } from "./cnpg/plugin/plugin.ts";
export { backupSecretName } from "./cnpg/store.ts";
export type { BackupStoreArgs } from "./cnpg/store.ts";
export type { HelmValues } from "./cnpg/operator-values.ts";
export { BackupCredentials } from "./backup/credentials.ts";
export type { BackupCredentialsArgs } from "./backup/credentials.ts";
export { BackupNamespaces } from "./backup/namespaces.ts";
export type { BackupNamespaceArgs, BackupNamespacesArgs } from "./backup/namespaces.ts";
export type { BackupSecretArgs } from "./backup/secret.ts";
