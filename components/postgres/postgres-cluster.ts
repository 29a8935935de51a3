import * as pulumi from "@pulumi/pulumi";

import { userError } from "../pulumi/arguments.ts";
import { Protection } from "../pulumi/protection.ts";
import { log } from "../pulumi/log.ts";
import { kubernetesToAsk } from "../kubernetes/preflight-args.ts";
import type { PostgresClusterArgs } from "./args.ts";
import { usesPlugin } from "./defaults.ts";
import { postgresClusterType } from "./labels.ts";
import { planProblem } from "./plan/overridden-spec.ts";
import { type Plan, planOf } from "./plan/plan.ts";
import { approved, connectionsOf, isClassOfResource } from "./preflight/approved.ts";
import { judgesCluster, judgesStore } from "./preflight/engine-word.ts";
import { sidecarChange } from "./preflight/sidecar-change.ts";
import { makeCluster, makeObjectStores, makeScheduledBackup } from "./resources.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { untilFirstBackupCanBegin } from "./wait/first-backup.ts";
import { waitUntilAnswering } from "./wait/answering.ts";

/**
 * A PostgreSQL cluster whose WAL and base backups go to an S3 store, or which starts from such backups. Nothing is made
 * before the plan is checked: against the CRDs, the running Cluster of that name, and what the bucket holds. The
 * outputs resolve once the database answers and, if it is new, its first WAL and base backup are in the store; if
 * they are not there within 90 seconds, there is a warning.
 *
 * It needs the operator, the Barman Cloud plugin and the namespace's Secret: name them in `dependsOn`.
 */
export class PostgresCluster extends pulumi.ComponentResource {
  /** Namespace of the Cluster. */
  readonly namespace: pulumi.Output<string>;

  /** Name of the Cluster. */
  readonly clusterName: pulumi.Output<string>;

  /** Host name of the primary inside Kubernetes: `<cluster>-rw.<namespace>.svc`. */
  readonly host: pulumi.Output<string>;

  /** The Secret with user name, password, host, database and URI for applications: `<cluster>-app`. */
  readonly secretName: pulumi.Output<string>;

  /** Where its backups are: `s3://<bucket><path>/<cluster>`. */
  readonly destinationPath: pulumi.Output<string>;

  /** Barman's server name: the prefix below `destinationPath` that this cluster writes to. */
  readonly serverName: pulumi.Output<string>;

  constructor(name: string, args: PostgresClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(postgresClusterType, name, {}, opts);
    const isByPlugin = usesPlugin(args.backup.method);
    if (!isByPlugin) log("warn", inTreeEnds, this);

    const kubernetes = kubernetesToAsk(this, args.preflight, "kubernetes:postgresql.cnpg.io/v1:Cluster");
    const protect = args.deletion?.protect ?? true;
    const connections = connectionsOf(args, this);
    const planned = settingsOf(name, args, this).apply((settings) => soundPlan(settings, this));
    const declared = { isProtected: protect, isClassOfResource: isClassOfResource(args) };
    const situation = approved(planned, connections, kubernetes, this, declared);

    const { plan } = situation;
    const making = { name, plan, args, kubernetes, parent: this };
    const sidecar = sidecarChange(this);
    const storeHooks = pulumi.mergeOptions(judgesStore(situation, connections, this), sidecar.hooks);
    const stores = isByPlugin ? makeObjectStores(making, storeHooks) : [];
    const hooks = judgesCluster(situation, connections, this);
    const cluster = makeCluster(making, { dependsOn: stores, protect, ...hooks });

    const answered = pulumi.all([situation, connections, cluster.id]).apply(async ([found, stores]) => {
      if (kubernetes && !pulumi.runtime.isDryRun())
        await waitUntilAnswering(found, kubernetes, stores, sidecar, this);
    });
    const answering = pulumi.all([plan, pulumi.unsecret(answered)]).apply(([known]) => known);
    const firstBackup = situation.apply(({ plan: known, isFirstBackupDue = false }) =>
      isFirstBackupDue && kubernetes && !pulumi.runtime.isDryRun()
        ? answering.apply(() => untilFirstBackupCanBegin(known, kubernetes, this))
        : undefined,
    );
    const schedule = makeScheduledBackup(making, cluster, firstBackup);
    new Protection(`${name}-protection`, { isOn: protect, of: [schedule] }, { parent: this });

    // Known before the database answers, so that a preview shows them; an update gives them out when it does.
    const outcome = pulumi.runtime.isDryRun() ? plan : answering;
    this.namespace = outcome.namespace;
    this.clusterName = outcome.clusterName;
    this.host = outcome.apply((known) => `${known.clusterName}-rw.${known.namespace}.svc`);
    this.secretName = outcome.apply((known) => `${known.clusterName}-app`);
    this.destinationPath = outcome.destinationPath;
    this.serverName = outcome.serverName;
    this.registerOutputs({
      namespace: this.namespace,
      clusterName: this.clusterName,
      host: this.host,
      secretName: this.secretName,
      destinationPath: this.destinationPath,
      serverName: this.serverName,
    });
  }
}

const inTreeEnds =
  'CloudNativePG 1.31 removes backup.method "barmanObjectStore". Remove the setting to use the Barman Cloud plugin: ' +
  "it continues in the same archive, without a new base backup.";

function soundPlan(settings: Settings, component: pulumi.Resource): Plan {
  const plan = planOf(settings);
  const problem = planProblem(settings, plan);
  if (problem !== undefined) throw userError(problem, component);
  return plan;
}
