import { versions } from "../components/versions.ts";

import { databaseDefaults } from "../components/internal.ts";

const { instances, database, method, retention, dataCompression, walCompression, jobs } = databaseDefaults;
const { walParallelism, timeoutSeconds } = databaseDefaults;

/** The part of the examples in `commands.ts` that describes a database. */
export const databaseExamples: Record<string, string> = {
  "databases[].name": "orders",
  "databases[].namespace": "shop",
  "databases[].instances": String(instances),
  "databases[].imageName": `ghcr.io/cloudnative-pg/postgresql:${versions.postgresTag}`,
  "databases[].storage.size": "20Gi",
  "databases[].storage.storageClass": "fast",
  "databases[].database.name": database,
  "databases[].database.owner": database,
  "databases[].backup.method": method,
  "databases[].backup.schedule": "'0 0 2 * * *'",
  "databases[].backup.retention": retention,
  "databases[].backup.serverName": "orders-2",
  "databases[].backup.dataCompression": dataCompression,
  "databases[].backup.walCompression": walCompression,
  "databases[].backup.jobs": String(jobs),
  "databases[].backup.walParallelism": String(walParallelism),
  "databases[].backup.objectStore.retentionPolicy": retention,
  "databases[].recovery.from": "orders",
  "databases[].recovery.archive": "s3://cnpg-backups/orders",
  "databases[].recovery.serverName": "orders",
  "databases[].recovery.targetTime": "2026-11-22T10:00:00Z",
  "databases[].recovery.backupId": "20261122T020000",
  "databases[].recovery.acceptLoss": "000000010000000000000005",
  "databases[].recovery.bucket": "cnpg-backups",
  "databases[].recovery.path": "/homelab-cluster",
  "databases[].deletion.protect": "true",
  "databases[].deletion.retainVolumes": "false",
  "databases[].drill.enabled": "false",
  "databases[].drill.schedule": "'30 4 * * 0'",
  "databases[].drill.timeZone": "Europe/Berlin",
  "databases[].drill.deadlineSeconds": "3600",
  "databases[].drill.moment": "random",
  "databases[].drill.marker": "true",
  "databases[].drill.size": "20Gi",
  "databases[].drill.storageClass": "fast",
  "databases[].drill.checks.pages": "full",
  "databases[].drill.checks.sql[].database": "app",
  "databases[].drill.checks.sql[].statement": "'select count(*) > 0 from orders'",
  "databases[].drill.checks.extensions": "true",
  "databases[].drill.checks.collations": "true",
  "databases[].drill.maxDataLossSeconds": "900",
  "databases[].drill.keepRuns": "20",
  "databases[].timeoutSeconds": String(timeoutSeconds),
  "databases[].spec.logLevel": "info",
};
