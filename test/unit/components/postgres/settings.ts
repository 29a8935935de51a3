import type { RecoverySettings, Settings } from "../../../../components/postgres/settings.ts";

export const store = {
  endpoint: "http://10.0.0.10:7480",
  hasPrivateCa: false,
  bucket: "cnpg-backups",
  path: "/lab",
  secretName: "cnpg-backup-s3",
};

/** A database, its settings decided. */
export const orders: Settings = {
  clusterName: "orders",
  namespace: "shop",
  instances: 3,
  imageName: undefined,
  size: "20Gi",
  storageClass: undefined,
  database: "app",
  owner: "app",
  backup: {
    store,
    method: "plugin",
    schedule: "0 0 2 * * *",
    retention: "14d",
    serverName: undefined,
    dataCompression: "snappy",
    walCompression: "lz4",
    jobs: 2,
    walParallelism: 2,
    objectStore: {},
  },
  recovery: undefined,
  retainVolumes: false,
  spec: {},
  timeoutSeconds: 1800,
};
export const fromOrders: RecoverySettings = {
  from: "orders",
  store,
  serverName: "orders",
  isServerNameGiven: false,
  targetTime: undefined,
  backupId: undefined,
  acceptLoss: undefined,
};
export const inTree = { ...orders.backup, method: "barmanObjectStore" };
