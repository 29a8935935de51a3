export type { CephHostArgs } from "./ceph/ssh/host.ts";
export { RgwUser } from "./ceph/rgw-user/rgw-user.ts";
export type { RgwUserArgs, RgwUserKeysArgs, RgwUserQuotaArgs } from "./ceph/rgw-user/rgw-user.ts";
export { RgwUserKeyRevocation } from "./ceph/rgw-user/rgw-user-key-revocation.ts";
export type { RgwUserKeyRevocationArgs } from "./ceph/rgw-user/rgw-user-key-revocation.ts";
export { RgwReadOnlyKey } from "./ceph/rgw-user/rgw-read-only-key.ts";
export type { RgwReadOnlyKeyArgs } from "./ceph/rgw-user/rgw-read-only-key.ts";
export { SingleDiskPools } from "./ceph/single-disk.ts";
export type { SingleDiskPoolsArgs } from "./ceph/single-disk.ts";
export type { S3ConnectionArgs } from "./s3/connection.ts";
export { BackupBucket } from "./s3/bucket.ts";
export type { BackupBucketArgs } from "./s3/bucket.ts";
export { smokeCheck } from "./s3/smoke-check.ts";
export type { CheckedLocation, SmokeCheckArgs } from "./s3/smoke-check.ts";
export type { QuotaArgs } from "./s3/stored.ts";
export { CnpgOperator } from "./operator/operator.ts";
export type { AdoptArgs, CnpgOperatorArgs } from "./operator/operator.ts";
export type { PreflightArgs } from "./kubernetes/preflight-args.ts";
// eslint-disable-next-line @typescript-eslint/no-deprecated -- this is how users get it
export type { ClusterArgs, KubernetesArgs } from "./kubernetes/kubernetes-args.ts";
export { PostgresCluster } from "./postgres/postgres-cluster.ts";
export type {
  BackupArgs,
  DatabaseArgs,
  DeletionArgs,
  PostgresClusterArgs,
  RecoveryArgs,
  StorageArgs,
} from "./postgres/args.ts";
export type { BackupSpec, ClusterSpec, ObjectStoreSpec, ScheduledBackupSpec } from "./crds/types.ts";
export { BarmanCloudPlugin } from "./backup-plugin/plugin.ts";
export type {
  BarmanCloudPluginArgs,
  CertManagerArgs,
  PluginCertificatesArgs,
} from "./backup-plugin/plugin.ts";
export { backupSecretName } from "./backup-secret/contract.ts";
export type { BackupStoreArgs } from "./backup-secret/contract.ts";
export type { HelmValues } from "./operator/operator-values.ts";
export { BackupCredentials } from "./backup-secret/credentials.ts";
export type { BackupCredentialsArgs } from "./backup-secret/credentials.ts";
export { BackupNamespaces } from "./backup-secret/namespaces.ts";
export type { BackupNamespaceArgs, BackupNamespacesArgs } from "./backup-secret/namespaces.ts";
export type { BackupSecretArgs } from "./backup-secret/secret.ts";
export { platformOf } from "./platform.ts";
export type { Platform, PlatformConnection, PlatformDatabase } from "./platform.ts";
export { RestoreDrill } from "./restore-drill/restore-drill.ts";
export type {
  DrillChecksArgs,
  DrilledDatabaseArgs,
  DrillQuotaArgs,
  DrillSourceArgs,
  DrillStatementArgs,
  DrillStoreArgs,
  ReadOnlyKeysArgs,
  RestoreDrillArgs,
} from "./restore-drill/args.ts";
