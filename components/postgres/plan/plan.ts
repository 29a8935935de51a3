import { createHash } from "node:crypto";

import { type ArchiveLocation, archiveUrl } from "../../archive/location.ts";
import type { RecoveryTarget } from "../../archive/recovery-problem.ts";
import {
  archivePrefix,
  barmanConfiguration,
  barmanPlugin,
  checksumEnvironment,
  destinationPath,
} from "../../archive/barman.ts";
import type { PrivateCas } from "../wait/private-ca.ts";
import type { ClusterSpec, ObjectStoreSpec, ScheduledBackupSpec } from "../../crds/types.ts";
import { usesPlugin } from "../defaults.ts";
import { mergeSpec } from "./merge-spec.ts";
import { replaySettingsWord } from "./replay-settings.ts";
import type { BackupSettings, RecoverySettings, Settings } from "../settings.ts";

/** Everything that a database is made of, decided. */
export interface Plan {
  clusterName: string;
  namespace: string;
  /** What this cluster writes to. */
  serverName: string;
  isServerNameGiven: boolean;
  destinationPath: string;
  /** URL of the store that it writes to. */
  endpoint: string;
  archive: ArchiveLocation;
  /** What it starts from, if it does not start empty. */
  source: Source | undefined;
  timeoutSeconds: number;
  annotations: Record<string, string>;
  cluster: ClusterSpec;
  objectStore: ObjectStoreSpec;
  sourceStore: ObjectStoreSpec | undefined;
  scheduledBackup: ScheduledBackupSpec;
}

export interface Source {
  archive: ArchiveLocation;

  /** Whether its whole place was given: what is beside it may belong to other databases. */
  isPlace: boolean;
  isServerNameGiven: boolean;
  target: RecoveryTarget;

  /** The file of the archive before which the recovery may end. */
  acceptLoss: string | undefined;
}

/** The external cluster that a recovery reads. */
export const sourceName = "origin";

/** Names of the objects that a cluster needs beside it. */
export const objectStoreName = (cluster: string): string => cluster;
export const sourceStoreName = (cluster: string): string => `${cluster}-${sourceName}`;

/**
 * Another one for each place that is archived to, and for each change of what has to be in the base backup: the operator
 * takes the first backup of an earlier ScheduledBackup of the same name for that of a new one (1.30, so that a restart in
 * between takes none twice), and there would be no base backup to recover from before the night.
 */
export function scheduleName({
  clusterName,
  endpoint,
  archive,
  cluster,
}: Pick<Plan, "clusterName" | "endpoint" | "archive" | "cluster">): string {
  const parts = [endpoint, archiveUrl(archive), replaySettingsWord(cluster)];
  const place = createHash("sha256")
    .update(parts.filter((part) => part !== undefined).join(" "))
    .digest("hex")
    .slice(0, 8);
  return `${clusterName}-${place}`;
}

/** What the plugin mounts into the instances; the operator hands its own backups a CA without a volume. */
export function privateCasOf({ clusterName, cluster, objectStore, sourceStore }: Plan): PrivateCas {
  const { plugins, externalClusters, bootstrap } = cluster;
  const archiver = plugins?.find(({ name }) => name === barmanPlugin);
  const source = externalClusters?.find(({ name }) => name === bootstrap?.recovery?.source);
  const referred = [archiver?.parameters, source?.plugin?.parameters].map((found) => found?.barmanObjectName);
  const stores = { [objectStoreName(clusterName)]: objectStore, [sourceStoreName(clusterName)]: sourceStore };
  return Object.fromEntries(
    Object.entries(stores)
      .filter(([name]) => referred.includes(name))
      .map(([name, store]) => [name, store?.configuration.endpointCA]),
  );
}

export function planOf(settings: Settings): Plan {
  const { clusterName, namespace, backup, recovery } = settings;
  const serverName = backup.serverName ?? defaultServerName(clusterName, backup, recovery);
  const { store } = backup;
  const cluster: ClusterSpec = mergeSpec({ ...ownClusterSpec(settings, serverName) }, { ...settings.spec });
  const objectStore = objectStoreSpec(settings);
  return {
    clusterName,
    namespace,
    serverName,
    isServerNameGiven: backup.serverName !== undefined,
    destinationPath: destinationPath(store, clusterName),
    endpoint: endpointOf(backup, cluster, objectStore),
    archive: { bucket: store.bucket, prefix: archivePrefix(store, clusterName, serverName) },
    source: recovery && {
      archive: {
        bucket: recovery.store.bucket,
        prefix: archivePrefix(recovery.store, recovery.from, recovery.serverName),
      },
      isPlace: recovery.from === undefined,
      isServerNameGiven: recovery.isServerNameGiven,
      target: { targetTime: recovery.targetTime, backupId: recovery.backupId },
      acceptLoss: recovery.acceptLoss,
    },
    timeoutSeconds: settings.timeoutSeconds,
    annotations: settings.retainVolumes ? { "pulumi.com/deletionPropagationPolicy": "orphan" } : {},
    cluster,
    objectStore,
    sourceStore: recovery && sourceStoreSpec(backup, recovery),
    scheduledBackup: scheduledBackupSpec(clusterName, backup),
  };
}

/** A user's part of the spec may have another one, by which instances reach the store. */
function endpointOf(
  { method, store }: BackupSettings,
  cluster: ClusterSpec,
  objectStore: ObjectStoreSpec,
): string {
  const configuration = usesPlugin(method) ? objectStore.configuration : cluster.backup?.barmanObjectStore;
  return configuration?.endpointURL ?? store.endpoint;
}

/** A cluster that is recovered from its own prefix must not write where it reads. */
export function defaultServerName(
  clusterName: string,
  { store }: Pick<BackupSettings, "store">,
  recovery: RecoverySettings | undefined,
): string {
  const isOwnPrefix =
    recovery && destinationPath(recovery.store, recovery.from) === destinationPath(store, clusterName);
  if (!isOwnPrefix) return clusterName;
  if (recovery.serverName === clusterName) return `${clusterName}-2`;
  const number = /-(\d+)$/.exec(recovery.serverName)?.[1];
  if (number === undefined) return `${recovery.serverName}-2`;
  return `${recovery.serverName.slice(0, -number.length)}${Number(number) + 1}`;
}

/** The Cluster's spec without the user's part of it. */
export function ownClusterSpec(settings: Settings, serverName: string): ClusterSpec {
  const { instances, imageName, size, storageClass, database, owner, backup, recovery } = settings;
  return {
    instances,
    ...(imageName !== undefined && { imageName }),
    storage: { size, ...(storageClass !== undefined && { storageClass }) },
    bootstrap: recovery
      ? { recovery: { source: sourceName, database, owner, ...targetOf(recovery) } }
      : { initdb: { database, owner, dataChecksums: true } },
    ...(recovery && { externalClusters: [{ name: sourceName, ...sourceOf(settings, recovery) }] }),
    ...archiving(settings, serverName),
    // Boto3 runs in the instances where the method is in-tree; elsewhere this does nothing.
    ...(!usesPlugin(backup.method) && { env: checksumEnvironment }),
    // The most that a crash of the whole site can lose: WAL is archived at least this often.
    postgresql: { parameters: { archive_timeout: "5min" } },
    // The chart's default is none: such pods are the first to be killed when memory is short. No limit: its kill
    // would hit PostgreSQL in the middle of work.
    resources: { requests: { cpu: "100m", memory: "512Mi" } },
    affinity: {
      enablePodAntiAffinity: true,
      podAntiAffinityType: "preferred",
      topologyKey: "kubernetes.io/hostname",
    },
    // With a single instance it would block every drain of the node.
    enablePDB: instances > 1,
  };
}

function targetOf({ targetTime, backupId }: RecoverySettings) {
  if (targetTime === undefined && backupId === undefined) return {};
  return {
    recoveryTarget: {
      ...(targetTime !== undefined && { targetTime }),
      ...(backupId !== undefined && { backupID: backupId }),
    },
  };
}

function sourceOf({ clusterName, backup }: Settings, recovery: RecoverySettings) {
  if (usesPlugin(backup.method)) {
    const parameters = { barmanObjectName: sourceStoreName(clusterName), serverName: recovery.serverName };
    return { plugin: { name: barmanPlugin, parameters } };
  }
  const configuration = barmanConfiguration(recovery.store, recovery.from, backup);
  return { barmanObjectStore: { ...configuration, serverName: recovery.serverName } };
}

function archiving({ clusterName, backup }: Settings, serverName: string) {
  if (usesPlugin(backup.method)) {
    const parameters = { barmanObjectName: objectStoreName(clusterName), serverName: serverName };
    return { plugins: [{ name: barmanPlugin, isWALArchiver: true, parameters }] };
  }
  const configuration = barmanConfiguration(backup.store, clusterName, backup);
  return {
    backup: {
      barmanObjectStore: { ...configuration, serverName: serverName },
      retentionPolicy: backup.retention,
    },
  };
}

function objectStoreSpec({ clusterName, backup }: Settings): ObjectStoreSpec {
  const spec = {
    configuration: barmanConfiguration(backup.store, clusterName, backup),
    retentionPolicy: backup.retention,
    instanceSidecarConfiguration: sidecar,
  };
  return mergeSpec(spec, { ...backup.objectStore }) as unknown as ObjectStoreSpec;
}

/** Without a retention: nothing is ever deleted from where a recovery reads. */
function sourceStoreSpec(backup: BackupSettings, recovery: RecoverySettings): ObjectStoreSpec {
  const configuration = barmanConfiguration(recovery.store, recovery.from, backup);
  return { configuration, instanceSidecarConfiguration: sidecar };
}

/** What barman holds at most, and the plugin's own program; docs/backup-speed.md has the figures. */
const sidecar = {
  env: checksumEnvironment,
  resources: { requests: { cpu: "50m", memory: "192Mi" } },
};

function scheduledBackupSpec(clusterName: string, { method, schedule }: BackupSettings): ScheduledBackupSpec {
  return {
    schedule,
    cluster: { name: clusterName },
    // The first one at once: until it is there, the archived WAL is of no use.
    immediate: true,
    // Said, so that a schedule which was suspended by hand and forgotten is a difference.
    suspend: false,
    // Its Backup objects are deleted with the Cluster; what they describe stays in the bucket.
    backupOwnerReference: "cluster",
    ...(usesPlugin(method)
      ? { method: "plugin", pluginConfiguration: { name: barmanPlugin } }
      : { method: "barmanObjectStore" }),
  };
}
