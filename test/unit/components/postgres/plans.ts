import { defaultTuning } from "../../../../components/postgres/defaults.ts";
import { type Plan, planOf } from "../../../../components/postgres/plan/plan.ts";
import type { RecoverySettings } from "../../../../components/postgres/settings.ts";

const store = {
  endpoint: "http://10.0.0.10:7480",
  hasPrivateCa: false,
  bucket: "cnpg-backups",
  path: "/lab",
  secretName: "cnpg-backup-s3",
};

interface Sketch {
  clusterName?: string;
  method?: string;

  /** Of `backup`. */
  serverName?: string;
  path?: string;
  imageName?: string;
  spec?: object;

  /** From the cluster `orders` in the same store. */
  recovery?: Partial<RecoverySettings>;
}

/** The plan of a database `shop/orders` of 1 GiB in a bucket `cnpg-backups`, below `/lab`. */
export function planned({
  clusterName = "orders",
  method,
  serverName,
  path,
  imageName,
  spec = {},
  recovery,
}: Sketch = {}): Plan {
  return planOf({
    clusterName,
    namespace: "shop",
    instances: 1,
    imageName,
    size: "1Gi",
    storageClass: undefined,
    database: "app",
    owner: "app",
    backup: {
      store: { ...store, ...(path !== undefined && { path }) },
      method: method ?? "plugin",
      schedule: "0 0 2 * * *",
      retention: "14d",
      serverName,
      ...defaultTuning,
      objectStore: {},
    },
    recovery: recovery && {
      from: "orders",
      store,
      serverName: "orders",
      isServerNameGiven: recovery.serverName !== undefined,
      targetTime: undefined,
      backupId: undefined,
      acceptLoss: undefined,
      ...recovery,
    },
    retainVolumes: false,
    spec: { ...spec },
    timeoutSeconds: 1800,
  });
}
