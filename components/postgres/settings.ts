import * as pulumi from "@pulumi/pulumi";

import { type Rule, checked } from "../pulumi/arguments.ts";
import { withoutSlash } from "../s3/connection.ts";
import { bucketRule, caBundleRule, endpointRule, pathRule } from "../s3/rules.ts";
import { lineageParts, parseArchiveUrl } from "../archive/location.ts";
import type { BackupStore, BarmanTuning } from "../archive/barman.ts";
import type { ClusterSpec, ObjectStoreSpec } from "../crds/types.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { type BackupStoreArgs, backupSecretName } from "../backup-secret/contract.ts";
import type { BackupArgs, PostgresClusterArgs, RecoveryArgs } from "./args.ts";
import { defaults, usesPlugin } from "./defaults.ts";
import * as rules from "./rules/rules.ts";
import { nightlySchedule } from "./rules/schedule-gaps.ts";

/** The component's arguments: known, checked, with defaults, and without a secret. */
export interface Settings {
  clusterName: string;
  namespace: string;
  instances: number;
  imageName: string | undefined;
  size: string;
  storageClass: string | undefined;
  database: string;
  owner: string;
  backup: BackupSettings;
  recovery: RecoverySettings | undefined;
  retainVolumes: boolean;
  spec: Partial<ClusterSpec>;
  timeoutSeconds: number;
}

export interface BackupSettings extends BarmanTuning {
  store: BackupStore;
  method: string;
  schedule: string;
  retention: string;
  serverName: string | undefined;
  objectStore: Partial<ObjectStoreSpec>;
}

export interface RecoverySettings {
  /** Undefined where `store.path` and `serverName` are the whole place. */
  from: string | undefined;
  store: BackupStore;
  serverName: string;

  /** Whether it was given, and is not the default. */
  isServerNameGiven: boolean;
  targetTime: string | undefined;
  backupId: string | undefined;
  acceptLoss: string | undefined;
}

type Check = <T>(
  argument: string,
  value: pulumi.Input<T>,
  rule: Rule<pulumi.Unwrap<T>>,
) => pulumi.Output<pulumi.Unwrap<T>>;

export function settingsOf(
  name: string,
  args: PostgresClusterArgs,
  resource: pulumi.Resource,
): pulumi.Output<Settings> {
  const check: Check = (argument, value, rule) => checked(resource, argument, value, rule);
  const imageRule = (image: string | undefined): string | undefined =>
    rules.imageNameRule(image) ?? rules.barmanImageRule(args.backup.method)(image);
  const database = check("database.name", args.database?.name, rules.identifierRule);
  const retentions = check("backup.retention", retentionsOf(args), rules.retentionsRule);
  const owner = check("database.owner", args.database?.owner, rules.identifierRule);
  return pulumi
    .output({
      clusterName: check("clusterName", args.clusterName ?? name, rules.clusterNameRule),
      namespace: check("namespace", args.namespace, namespaceRule),
      instances: check("instances", args.instances, rules.instancesRule),
      imageName: check("imageName", args.imageName, imageRule),
      size: check("storage.size", args.storage.size, rules.sizeRule),
      storageClass: check("storage.storageClass", args.storage.storageClass, rules.storageClassRule),
      database,
      owner,
      backup: pulumi.all([backupSettings(args.backup, check), retentions]).apply(([backup]) => backup),
      recovery: args.recovery && recoverySettings(args.recovery, args.backup, check),
      retainVolumes: args.deletion?.retainVolumes,
      spec: args.spec,
      timeoutSeconds: check("timeoutSeconds", args.timeoutSeconds, rules.timeoutRule),
    })
    .apply((given) => ({
      ...given,
      clusterName: given.clusterName ?? name,
      backup: {
        ...given.backup,
        schedule: given.backup.schedule ?? nightlySchedule(given.namespace, given.clusterName ?? name),
      },
      instances: given.instances ?? defaults.instances,
      database: given.database ?? defaults.database,
      owner: given.owner ?? given.database ?? defaults.database,
      retainVolumes: given.retainVolumes ?? false,
      spec: given.spec ?? {},
      timeoutSeconds: given.timeoutSeconds ?? defaults.timeoutSeconds,
    }));
}

function backupSettings(
  args: BackupArgs,
  check: Check,
): pulumi.Output<Omit<BackupSettings, "schedule"> & { schedule: string | undefined }> {
  const { method = defaults.method } = args;
  return pulumi
    .output({
      store: storeSettings("backup.store", args.store, check),
      method: check("backup.method", method, rules.methodRule),
      schedule: check("backup.schedule", args.schedule, rules.scheduleRule),
      retention: check("backup.retention", args.retention, rules.retentionRule),
      serverName: check("backup.serverName", args.serverName, rules.serverNameRule),
      dataCompression: check(
        "backup.dataCompression",
        args.dataCompression,
        rules.dataCompressionRule(method),
      ),
      walCompression: check("backup.walCompression", args.walCompression, rules.walCompressionRule),
      jobs: check("backup.jobs", args.jobs, rules.parallelRule),
      walParallelism: check("backup.walParallelism", args.walParallelism, rules.parallelRule),
      objectStore: args.objectStore,
    })
    .apply((given) => ({
      ...given,
      retention: given.retention ?? defaults.retention,
      dataCompression: given.dataCompression ?? defaults.dataCompression,
      walCompression: given.walCompression ?? defaults.walCompression,
      jobs: given.jobs ?? defaults.jobs,
      walParallelism: given.walParallelism ?? defaults.walParallelism,
      objectStore: given.objectStore ?? {},
    }));
}

/** What says how long backups are kept, by the names of the arguments. */
function retentionsOf({
  backup,
  spec,
}: PostgresClusterArgs): pulumi.Output<Record<string, string | undefined>> {
  const { method, retention, objectStore } = backup;
  return pulumi
    .output({ retention, objectStore, spec })
    .apply((given): Record<string, string | undefined> => {
      const other = usesPlugin(method)
        ? { "backup.objectStore.retentionPolicy": given.objectStore?.retentionPolicy }
        : { "spec.backup.retentionPolicy": given.spec?.backup?.retentionPolicy };
      return { "backup.retention": given.retention, ...other };
    });
}

function recoverySettings(
  args: RecoveryArgs,
  backup: BackupArgs,
  check: Check,
): pulumi.Output<RecoverySettings> {
  return pulumi
    .output({
      from: check("recovery.from", args.from, rules.sourceNameRule),
      archive: check("recovery.archive", args.archive, rules.archiveRule),
      sources: check("recovery.archive", sourcesOf(args), rules.sourceRule),
      store: storeSettings("recovery.store", args.store ?? backup.store, check),
      serverName: check("recovery.serverName", args.serverName, rules.serverNameRule),
      targetTime: check("recovery.targetTime", args.targetTime, rules.targetTimeRule),
      backupId: check("recovery.backupId", args.backupId, rules.backupIdRule),
      acceptLoss: check("recovery.acceptLoss", args.acceptLoss, rules.acceptLossRule),
    })
    .apply(({ archive, from, store, serverName, targetTime, backupId, acceptLoss }) => ({
      from,
      store,
      serverName: serverName ?? from ?? "",
      isServerNameGiven: serverName !== undefined,
      ...(archive !== undefined && placeOf(archive, store)),
      targetTime,
      backupId,
      acceptLoss,
    }));
}

const sourcesOf = ({ archive, from, serverName }: RecoveryArgs) => ({ archive, from, serverName });

/** An archive's place, in the terms of the settings. */
function placeOf(
  archive: string,
  store: BackupStore,
): Pick<RecoverySettings, "from" | "store" | "serverName" | "isServerNameGiven"> {
  const location = parseArchiveUrl(archive);
  if (location === undefined) throw new Error(`not checked by the rule: ${archive}`);
  const { cluster, serverName } = lineageParts(location);
  const place = { ...store, bucket: location.bucket, path: cluster.prefix };
  return { from: undefined, store: place, serverName, isServerNameGiven: true };
}

/** Only what is no secret: it goes into resources that a preview shows. */
function storeSettings(argument: string, args: BackupStoreArgs, check: Check): pulumi.Output<BackupStore> {
  const { endpoint, caBundle } = args.connection;
  return pulumi
    .output({
      endpoint: check(`${argument}.connection.endpoint`, endpoint, endpointRule),
      caBundle: check(`${argument}.connection.caBundle`, caBundle, caBundleRule),
      bucket: check(`${argument}.bucket`, args.bucket, bucketRule),
      path: check(`${argument}.path`, args.path, pathRule),
      secretName: args.secretName,
    })
    .apply((given) => ({
      endpoint: withoutSlash(given.endpoint),
      hasPrivateCa: given.caBundle !== undefined,
      bucket: given.bucket,
      path: given.path,
      secretName: given.secretName ?? backupSecretName,
    }));
}
