import * as pulumi from "@pulumi/pulumi";

import {
  BackupBucket,
  BackupNamespaces,
  BarmanCloudPlugin,
  CnpgOperator,
  PostgresCluster,
  RestoreDrill,
  RgwReadOnlyKey,
  RgwUser,
  RgwUserKeyRevocation,
  SingleDiskPools,
  backupSecretName,
  smokeCheck,
} from "./components/index.ts";
import { Protection } from "./components/internal.ts";
import { pluginComponent } from "./config/required-kubernetes.ts";
import { databaseArgs, recoveryCommand } from "./config/database-args.ts";
import { databaseComponent } from "./config/lost-databases.ts";
import { keepSecretsOutOfDebugLog } from "./config/debug-log.ts";
import { drillArgs, drilledDatabases, givenReadOnlyKeys, writingKeyNote } from "./config/drill-args.ts";
import { warnOfDrills } from "./config/drill-warnings.ts";
import { keepQuietAboutLateHandling } from "./config/late-handling.ts";
import { keepStackTracesPlain } from "./config/plain-stack-traces.ts";
import { operatorArgs } from "./config/operator-args.ts";
import { keepQuietAboutUndefinedOutputs } from "./config/undefined-outputs.ts";
import { checkedStack } from "./config/stack.ts";
import { failIfUnfinished } from "./config/unfinished.ts";

keepStackTracesPlain();
keepSecretsOutOfDebugLog();
keepQuietAboutLateHandling();
keepQuietAboutUndefinedOutputs();
failIfUnfinished();
const { config, protect } = await checkedStack();

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
        otherKeys: "leave",
        // The bucket outlives the stack, and needs its owner, whose keys go in any case. A user that is to be removed
        // is not while it owns a bucket.
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
const bucketToProve = config.manageBucket
  ? new BackupBucket("backup-bucket", { connection, bucket: config.bucket }).bucket
  : config.bucket;
const { quota } = config.rgwUser;
const proven = smokeCheck({
  connection,
  bucket: bucketToProve,
  path: config.path,
  ...(cephHost && quota && { quota }),
});

// Kubernetes: the operator and its plugin for backups, and the Secret in every namespace that backs up.
// Protected as the databases are: without an operator they run on unmanaged.
const operators = config.operator.enabled
  ? [new CnpgOperator("cnpg-operator", operatorArgs(config), { protect })]
  : [];
const ofOperator = operators[0]?.namespace ?? pulumi.output(config.operator.namespace);
const { enabled: hasPlugin, ...pluginArgs } = config.barmanPlugin;
const plugins = hasPlugin
  ? [new BarmanCloudPlugin(pluginComponent, { ...pluginArgs, namespace: ofOperator })]
  : [];
const credentials = new BackupNamespaces("backup-credentials", {
  namespaces: config.namespaces,
  connection: { ...connection, endpoint: proven.endpoint },
  bucket: proven.bucket,
  path: proven.path,
});

// While a database is protected this is too, for databases that are declared elsewhere use these Secrets as well. They
// depend on bucket and user.
new Protection("platform-protection", { isOn: protect, of: [...operators, ...plugins, credentials] });

// Databases: each with the Secret of its namespace. Their look into the bucket waits until that is proven.
const provenConnection = {
  ...connection,
  accessKeyId: pulumi.all([owner.accessKeyId, proven]).apply(([key]) => key),
};
const store = { connection: provenConnection, bucket: config.bucket, path: config.path };
const databasesMade = config.databases.map((entry) => {
  const secret = credentials.secrets[entry.namespace];
  const dependsOn = [...operators, ...plugins, ...(secret ? [secret] : [])];
  const args = databaseArgs(
    entry,
    { ...store, secretVersion: secret?.metadata.resourceVersion },
    config.databases,
  );
  const made = new PostgresCluster(databaseComponent(entry.name), args, { dependsOn });
  return { entry, made };
});

// Restore drills: each database is restored on a schedule, with a key that can only read.
const toDrill = drilledDatabases(config);
const given = givenReadOnlyKeys(config);
const drillKeys =
  cephHost && owner instanceof RgwUser && !given && toDrill.length > 0
    ? [
        new RgwReadOnlyKey("drill-key", {
          host: cephHost,
          uid: owner.uid,
          ownerId: owner.ownerId,
          ...(config.rgwUser.keyRotation !== undefined && { keyRotation: config.rgwUser.keyRotation }),
          radosgwAdmin: config.radosgwAdmin,
        }),
      ]
    : [];
if (toDrill.length > 0) {
  const readOnlyKeys = given ?? drillKeys[0];
  if (!readOnlyKeys) void pulumi.log.warn(writingKeyNote);
  const drilled = databasesMade.filter(({ entry }) => toDrill.includes(entry));
  new RestoreDrill(
    "restore-drills",
    drillArgs(config, drilled, { ...connection, endpoint: proven.endpoint }, readOnlyKeys),
    { dependsOn: [...operators, ...plugins, ...drilled.map(({ made }) => made)] },
  );
}

// Old keys end when nothing uses them any more.
if (cephHost && owner instanceof RgwUser) {
  new RgwUserKeyRevocation(
    "old-keys",
    {
      host: cephHost,
      uid: config.rgwUser.uid,
      accessKeyId: owner.accessKeyId,
      ownerId: owner.ownerId,
      existingKeys: config.rgwUser.existingKeys,
      radosgwAdmin: config.radosgwAdmin,
    },
    // After the key of the drills: what the one wrote into the user, the other would write back.
    { dependsOn: [credentials, ...drillKeys, ...databasesMade.map(({ made }) => made)] },
  );
}

// Last, for nothing waits for what Kubernetes says of them.
if (toDrill.length > 0) await warnOfDrills(config.drills.namespace, toDrill);

export const endpoint = config.endpoint;
export const region = config.region;
export const caBundle = config.caBundle;
export const bucket = bucketToProve;
export const operatorNamespace = ofOperator;
export const secretName = backupSecretName;
export const { namespaces } = credentials;
export const databases = Object.fromEntries(
  databasesMade.map(({ entry, made: { namespace, host, secretName, destinationPath, serverName } }) => {
    const recover = serverName.apply((lineage) => recoveryCommand(entry, lineage, config.databases));
    return [entry.name, { namespace, host, secretName, destinationPath, serverName, recover }];
  }),
);
export const accessKeyId = owner.accessKeyId;
export const secretAccessKey = owner.secretAccessKey;
