import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checksumEnvironment } from "../archive/barman.ts";
import { pluginImages } from "../versions.ts";
import { imageRule } from "../backup-plugin/rules.ts";
import { backupSecretKeys } from "../backup-secret/contract.ts";
import type { ObjectStoreSpec } from "../crds/types.ts";
import { kubernetesToAsk } from "../kubernetes/preflight-args.ts";
import type { KubernetesArgs } from "../kubernetes/kubernetes-args.ts";
import { customResource } from "../kubernetes/custom-resource.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { sizeRule } from "../postgres/rules/rules.ts";
import { checked, ifGiven, userError } from "../pulumi/arguments.ts";
import { log } from "../pulumi/log.ts";
import { isMocked } from "../pulumi/mocks.ts";
import { withoutSlash } from "../s3/connection.ts";
import { caBundleRule, endpointRule, keyRule, regionRule } from "../s3/rules.ts";
import type { DrilledDatabaseArgs, RestoreDrillArgs } from "./args.ts";
import { cronJobSpec, heartbeatKey, scriptsName, storeSecretName } from "./cron-job.ts";
import { marker } from "./marker.ts";
import { defaultNamespace } from "./names.ts";
import { networkPolicies } from "./network.ts";
import { programFiles } from "./program.ts";
import { rightsAtSource, rightsHere } from "./rights.ts";
import { heartbeatRule, podsRule } from "./rules.ts";
import { type DrillJob, type DrillSettings, drillSettings } from "./settings.ts";
import { keepsVolumes } from "./storage-class.ts";

/** The store, without its keys. */
interface PlainStore {
  endpoint: string;
  region: string;
}

/** What all drills of a component share. */
interface Shared {
  namespace: pulumi.Output<string>;
  image: pulumi.Output<string>;
  hasPrivateCa: boolean;
  hasHeartbeat: boolean;
  kubernetes: KubernetesArgs | undefined;
  /** Before any of them can run. */
  dependsOn: pulumi.Resource[];
}

/**
 * Restores each database on a schedule from its backups, as in a disaster, into a namespace of its own; looks at what
 * came back, measures, deletes it, and keeps the result in a ConfigMap. docs/drill.md says what a passed drill proves.
 *
 * It needs the operator, the Barman Cloud plugin and the databases: name them in `dependsOn`.
 */
export class RestoreDrill extends pulumi.ComponentResource {
  /** Namespace of the drills. */
  readonly namespace: pulumi.Output<string>;

  /** The CronJob of each database, by the `name` in `databases`. */
  readonly cronJobs: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: RestoreDrillArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:restore-drill:RestoreDrill", name, {}, opts);
    refuseSameNames(args.databases, this);
    const store = this.store(args);
    const settings = args.databases.map((database) => drillSettings(database, store, this));
    const shared = this.shared(name, args, store, settings);
    const jobs = args.databases.map((database, i) => {
      const known = settings[i];
      if (known === undefined) throw new Error(`no settings of ${database.name}`);
      return [database.name, this.drill(`${name}-${database.name}`, database, known, shared)] as const;
    });
    this.namespace = shared.namespace;
    this.cronJobs = pulumi.output(Object.fromEntries(jobs));
    this.registerOutputs({ namespace: this.namespace, cronJobs: this.cronJobs });
  }

  /** What is no secret of the store. */
  private store({ store: { connection } }: RestoreDrillArgs) {
    return pulumi
      .all([
        checked(this, "store.connection.endpoint", connection.endpoint, endpointRule),
        checked(this, "store.connection.region", connection.region, regionRule),
      ])
      .apply(([endpoint, region]) => ({ endpoint: withoutSlash(endpoint), region: region ?? "local" }));
  }

  private shared(
    name: string,
    args: RestoreDrillArgs,
    store: pulumi.Output<PlainStore>,
    settings: readonly pulumi.Output<DrillSettings>[],
  ): Shared {
    const given = checked(this, "namespace", args.namespace, ifGiven(namespaceRule)).apply(
      (namespace) => namespace ?? defaultNamespace,
    );
    const made = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: given, labels: restricted } },
      { parent: this, retainOnDelete: true },
    );
    const namespace = made.metadata.name;
    const jobs = pulumi.all([...settings]).apply((all) => all.map(({ job }) => job));
    return {
      namespace,
      image: checked(this, "image", args.image, ifGiven(imageRule)).apply(
        (image) => image ?? pluginImages.sidecar,
      ),
      hasPrivateCa: args.store.connection.caBundle !== undefined,
      hasHeartbeat: args.heartbeatUrl !== undefined,
      kubernetes: kubernetesToAsk(this, args.preflight, "kubernetes:postgresql.cnpg.io/v1:Cluster"),
      dependsOn: [
        this.quota(name, namespace, args),
        ...networkPolicies(
          name,
          namespace,
          store.apply(({ endpoint }) => endpoint),
          this,
        ),
        ...rightsHere(name, namespace, jobs, this),
        this.storeSecret(name, namespace, store, args),
        new kubernetes.core.v1.ConfigMap(
          `${name}-scripts`,
          { metadata: { name: scriptsName, namespace }, data: programFiles() },
          { parent: this },
        ),
      ],
    };
  }

  private quota(
    name: string,
    namespace: pulumi.Output<string>,
    { quota = {}, databases }: RestoreDrillArgs,
  ): pulumi.Resource {
    const pods = checked(this, "quota.pods", quota.pods, podsRule);
    const storage = checked(this, "quota.storage", quota.storage, ifGiven(sizeRule));
    return new kubernetes.core.v1.ResourceQuota(
      `${name}-quota`,
      {
        metadata: { name: "restore-drill", namespace },
        spec: {
          hard: pulumi.all([pods, storage]).apply(([most, bytes]) => ({
            pods: String(most ?? databases.length + 6),
            ...(bytes !== undefined && { "requests.storage": bytes }),
          })),
        },
      },
      { parent: this },
    );
  }

  private storeSecret(
    name: string,
    namespace: pulumi.Output<string>,
    store: pulumi.Output<PlainStore>,
    { store: { connection, readOnlyKeys }, heartbeatUrl }: RestoreDrillArgs,
  ): pulumi.Resource {
    if (readOnlyKeys === undefined) log("warn", writingKeys, this);
    const at = readOnlyKeys === undefined ? "store.connection" : "store.readOnlyKeys";
    const { accessKeyId, secretAccessKey } = readOnlyKeys ?? connection;
    const secret = (argument: string, value: pulumi.Input<string>) =>
      pulumi.secret(checked(this, argument, value, keyRule));
    const data: Record<string, pulumi.Input<string>> = {
      [backupSecretKeys.accessKeyId]: secret(`${at}.accessKeyId`, accessKeyId),
      [backupSecretKeys.secretAccessKey]: secret(`${at}.secretAccessKey`, secretAccessKey),
      [backupSecretKeys.region]: store.apply(({ region }) => region),
    };
    if (connection.caBundle !== undefined) {
      data[backupSecretKeys.caBundle] = checked(
        this,
        "store.connection.caBundle",
        connection.caBundle,
        caBundleRule,
      ).apply((pem) => pem ?? "");
    }
    if (heartbeatUrl !== undefined) {
      const url = pulumi.secret(checked(this, "heartbeatUrl", heartbeatUrl, heartbeatRule));
      data[heartbeatKey] = url.apply((known) => known ?? "");
    }
    return new kubernetes.core.v1.Secret(
      `${name}-store-secret`,
      { metadata: { name: storeSecretName, namespace }, stringData: data },
      { parent: this },
    );
  }

  /** All that one database's drill needs; returns the name of its CronJob. */
  private drill(
    name: string,
    database: DrilledDatabaseArgs,
    settings: pulumi.Output<DrillSettings>,
    shared: Shared,
  ): pulumi.Output<string> {
    const { namespace, kubernetes: asked, image, hasPrivateCa, hasHeartbeat } = shared;
    const job = settings.apply((known) => known.job);
    const drill = job.apply((known) => known.drill);
    const store = customResource(
      "ObjectStore",
      `${name}-object-store`,
      {
        metadata: { name: drill, namespace },
        spec: job.apply((known) => objectStoreSpec(known.destinationPath, known.endpoint, hasPrivateCa)),
      },
      { parent: this },
      asked,
    );
    const runs = new kubernetes.core.v1.ConfigMap(
      `${name}-runs`,
      // Without data, so that what the drill writes into it is the drill's alone.
      { metadata: { name: job.apply((known) => known.runs), namespace } },
      { parent: this, ignoreChanges: ["data"] },
    );
    const cronJob = new kubernetes.batch.v1.CronJob(
      `${name}-cron-job`,
      {
        metadata: { name: drill, namespace },
        spec: pulumi
          .all([settings, image, this.wouldKeepVolumes(job, asked)])
          .apply(([known, ofImage, isSuspended]) =>
            cronJobSpec(known, { image: ofImage, hasPrivateCa, hasHeartbeat, isSuspended }),
          ),
      },
      {
        parent: this,
        dependsOn: [
          ...shared.dependsOn,
          store,
          runs,
          ...rightsAtSource(name, namespace, job, this),
          ...((database.marker ?? true) ? marker(name, namespace, job, this) : []),
        ],
      },
    );
    return cronJob.metadata.name;
  }

  /** Such a drill is suspended, with a warning: the database and its backups are well, and their update goes on. */
  private wouldKeepVolumes(
    job: pulumi.Output<DrillJob>,
    asked: KubernetesArgs | undefined,
  ): pulumi.Output<boolean> {
    return job.apply(async (known) => {
      const problem = asked && !isMocked() ? await keepsVolumes(asked, known) : undefined;
      if (problem !== undefined) log("warn", problem, this);
      return problem !== undefined;
    });
  }
}

const restricted = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
};

const writingKeys =
  "store.readOnlyKeys is not set: drills use the keys that backups are written with, so that whoever can read the " +
  "Secrets of the drills' namespace could delete backups. Set it to keys that can only read.";

function refuseSameNames(databases: readonly DrilledDatabaseArgs[], component: pulumi.Resource): void {
  const names = databases.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw userError(`databases has two of the name ${twice}; give each its own`, component);
}

/** Without a retention, and without a word of how to write: nothing of the copy archives. */
function objectStoreSpec(
  destinationPath: string,
  endpointURL: string,
  hasPrivateCa: boolean,
): ObjectStoreSpec {
  const fromSecret = (key: string) => ({ name: storeSecretName, key });
  return {
    configuration: {
      destinationPath,
      endpointURL,
      ...(hasPrivateCa && { endpointCA: fromSecret(backupSecretKeys.caBundle) }),
      s3Credentials: {
        accessKeyId: fromSecret(backupSecretKeys.accessKeyId),
        secretAccessKey: fromSecret(backupSecretKeys.secretAccessKey),
        region: fromSecret(backupSecretKeys.region),
      },
      wal: { maxParallel: 2 },
    },
    instanceSidecarConfiguration: {
      env: checksumEnvironment,
      resources: { requests: { cpu: "50m", memory: "192Mi" } },
    },
  };
}
