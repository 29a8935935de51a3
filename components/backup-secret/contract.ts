import type * as pulumi from "@pulumi/pulumi";

import type { S3ConnectionArgs } from "../s3/connection.ts";

/** Name of the Secret in every namespace that backs up; databases refer to it. */
export const backupSecretName = "cnpg-backup-s3";

/** The Secret's keys: the contract between what makes it and every database. @internal */
export const backupSecretKeys = {
  accessKeyId: "S3_ACCESS_KEY_ID",
  secretAccessKey: "S3_SECRET_ACCESS_KEY",
  region: "S3_REGION",
  endpoint: "S3_ENDPOINT",
  bucket: "S3_BUCKET",
  path: "S3_PATH",
  /** Only where the store's certificate is from a private CA. */
  caBundle: "S3_CA_BUNDLE",
} as const;

/** Where backups are kept. The same values as those of the namespace's `BackupCredentials`. */
export interface BackupStoreArgs {
  /**
   * The S3 store. Its keys are only used to look into the bucket before anything is made; the database takes its keys
   * from the Secret.
   */
  connection: S3ConnectionArgs;

  /** The bucket for backups. */
  bucket: pulumi.Input<string>;

  /** Prefix in the bucket, such as `/homelab-cluster`; each cluster gets a prefix of its own below it. */
  path: pulumi.Input<string>;

  /** The Secret with the keys, in the database's namespace, as `BackupCredentials` makes it. Default: `cnpg-backup-s3`. */
  secretName?: pulumi.Input<string | undefined>;

  /**
   * A value that changes with the Secret, such as `secretVersion` of `BackupCredentials`. It becomes an annotation of
   * the Cluster: in-tree backups only read the Secret again when the Cluster changes. Default: no annotation.
   */
  secretVersion?: pulumi.Input<string | undefined>;
}
