import {
  BackupBucket,
  BackupCredentials,
  CnpgOperator,
  RgwUser,
  SingleDiskPools,
  backupSecretName,
  smokeCheck,
} from "./components/index.ts";
import { readConfig } from "./config.ts";
import { requireCluster } from "./config/cluster.ts";
import { keepSecretsOutOfDebugLog } from "./config/debug-log.ts";

keepSecretsOutOfDebugLog();
const config = readConfig();
await requireCluster(config);

// Ceph: where the config names a Ceph host, the S3 user and its keys are made there.
const { cephHost, singleDiskCeph, protectBucket } = config;
const pools =
  cephHost && singleDiskCeph.enabled
    ? [new SingleDiskPools("single-disk-pools", { host: cephHost, ceph: singleDiskCeph.ceph })]
    : [];
const owner = cephHost
  ? new RgwUser(
      "rgw-user",
      {
        ...config.rgwUser,
        host: cephHost,
        ...(config.keys && { keys: config.keys }),
        radosgwAdmin: config.radosgwAdmin,
        // A bucket that outlives the stack needs its owner; the owner's keys go in any case.
        onDelete: protectBucket ? "keep" : "remove",
      },
      { dependsOn: pools },
    )
  : config.keys;

// S3: the bucket, and proof that the keys work in it.
const connection = {
  endpoint: config.endpoint,
  region: config.region,
  caBundle: config.caBundle,
  accessKeyId: owner.accessKeyId,
  secretAccessKey: owner.secretAccessKey,
};
const backups = new BackupBucket("backup-bucket", {
  connection,
  bucket: config.bucket,
  protection: { enabled: protectBucket },
});
const proven = smokeCheck({ connection, bucket: backups.bucket, path: config.path });

// Kubernetes: the operator, and the Secret in every namespace that backs up.
const operator = new CnpgOperator("cnpg-operator", config.operator);
const credentials = config.namespaces.map(
  ({ name, create }) =>
    new BackupCredentials(`backup-credentials-${name}`, {
      namespace: name,
      createNamespace: create,
      connection: { ...connection, endpoint: proven.endpoint },
      bucket: proven.bucket,
      path: proven.path,
    }),
);

export const endpoint = config.endpoint;
export const region = config.region;
export const bucket = backups.bucket;
export const operatorNamespace = operator.namespace;
export const secretName = backupSecretName;
export const namespaces = credentials.map((credential) => credential.namespace);
export const accessKeyId = owner.accessKeyId;
export const secretAccessKey = owner.secretAccessKey;
