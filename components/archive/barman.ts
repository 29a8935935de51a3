import type { ObjectStoreSpec } from "../crds/types.ts";
import { backupSecretKeys } from "../backup-secret/contract.ts";

/** Barman's part of an ObjectStore or of a Cluster's `barmanObjectStore`; both have the same fields. */
export type BarmanConfiguration = ObjectStoreSpec["configuration"];

/** A store whose values are known, without its keys. */
export interface BackupStore {
  endpoint: string;
  hasPrivateCa: boolean;
  bucket: string;
  path: string;
  secretName: string;
}

/** How backups are written; a recovery reads whatever it finds. */
export interface BarmanTuning {
  /** `none`: as it is. */
  dataCompression: string;
  walCompression: string;
  jobs: number;
  walParallelism: number;
}

/** The plugin that archives WAL and takes base backups, as a Cluster names it. */
export const barmanPlugin = "barman-cloud.cloudnative-pg.io";

/** `s3://<bucket><path>/<cluster>`; an archive in a place of its own has no cluster's prefix. */
export function destinationPath({ bucket, path }: BackupStore, cluster: string | undefined): string {
  return `s3://${[bucket, ...parts(path), ...(cluster === undefined ? [] : [cluster])].join("/")}`;
}

/** Where barman puts one lineage of a cluster, as the beginning of object names. */
export function archivePrefix(
  { path }: Pick<BackupStore, "path">,
  cluster: string | undefined,
  serverName: string,
): string {
  return [...parts(path), ...(cluster === undefined ? [] : [cluster]), serverName].join("/");
}

const parts = (path: string): string[] => path.split("/").filter((part) => part !== "");

export function barmanConfiguration(
  store: BackupStore,
  cluster: string | undefined,
  tuning: BarmanTuning,
): BarmanConfiguration {
  const fromSecret = (key: string) => ({ name: store.secretName, key });
  return {
    destinationPath: destinationPath(store, cluster),
    endpointURL: store.endpoint,
    ...(store.hasPrivateCa && { endpointCA: fromSecret(backupSecretKeys.caBundle) }),
    s3Credentials: {
      accessKeyId: fromSecret(backupSecretKeys.accessKeyId),
      secretAccessKey: fromSecret(backupSecretKeys.secretAccessKey),
      region: fromSecret(backupSecretKeys.region),
    },
    data: {
      ...compressed(tuning.dataCompression),
      jobs: tuning.jobs,
      // A spread checkpoint delays the start of a backup by up to 0.9 × checkpoint_timeout.
      immediateCheckpoint: true,
    },
    wal: { ...compressed(tuning.walCompression), maxParallel: tuning.walParallelism },
  } as BarmanConfiguration;
}

const compressed = (compression: string) => (compression === "none" ? {} : { compression });

/** Ceph 16 answers 411 to boto3's default checksums, Ceph 18 stores their encoding with the object. */
export const checksumEnvironment = [
  { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" },
  { name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: "when_required" },
];
