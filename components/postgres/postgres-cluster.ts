import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { userError } from "../pulumi/arguments.ts";
import { withoutSecrets } from "../text/masked.ts";
import { Protection } from "../pulumi/protection.ts";
import { log } from "../pulumi/log.ts";
import { keepsFields } from "../kubernetes/keep-fields.ts";
import type { KubernetesArgs } from "../kubernetes/api.ts";
import { customResource } from "../kubernetes/custom-resource.ts";
import type { ReplayLog } from "./wait/replay-log.ts";
import { DatabaseFailure, untilDatabaseAnswers } from "./wait/until-answers.ts";
import type { Connections } from "./preflight/bucket-check.ts";
import { ownerLabel, ownerLabelOf, takesBack } from "../kubernetes/owner.ts";
import { kubernetesToAsk } from "../kubernetes/preflight-args.ts";
import { archiveProblems } from "./preflight/archived.ts";
import type { PostgresClusterArgs } from "./args.ts";
import { postgresClusterType, protectedLabel } from "./labels.ts";
import { fitting, isClassGivenByResource } from "./preflight/fits.ts";
import { isFirstBackupDue, untilMoved } from "./preflight/archive-move.ts";
import { refusesOthers } from "./preflight/foreign-objects.ts";
import { planProblem } from "./plan/overridden-spec.ts";
import {
  type Plan,
  objectStoreName,
  planOf,
  privateCasOf,
  scheduleName,
  sourceStoreName,
} from "./plan/plan.ts";
import {
  type Approved,
  approved,
  connectionsOf,
  inspectedFirst,
  storeInspectedFirst,
} from "./preflight/preflight.ts";
import { hasCompleteBackup } from "./preflight/missing-base-backup.ts";
import { untilProven, whyTargetWasMissed } from "./recovery/recovered.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { type SidecarChange, sidecarChange, sidecarOfBefore } from "./preflight/sidecar-change.ts";

/**
 * A PostgreSQL cluster whose WAL and base backups go to an S3 store, or which starts from such backups. Nothing is made
 * before the plan is checked: against the CRDs, the running Cluster of that name, and what the bucket holds. The
 * outputs resolve once the database answers and, if it is new, its first WAL and base backup are in the store; where
 * they do not get there within 90 seconds there is a warning.
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
    const usesPlugin = (args.backup.method ?? "plugin") === "plugin";
    if (!usesPlugin) log("warn", inTreeEnds, this);

    const cluster = kubernetesToAsk(this, args.preflight, "kubernetes:postgresql.cnpg.io/v1:Cluster");
    const planned = settingsOf(name, args, this).apply((settings) => soundPlan(settings, this));
    const connections = connectionsOf(args, this);
    const protect = args.deletion?.protect ?? true;
    const checked = approved(planned, connections, cluster, this, protect).apply((found) =>
      fitting(found, cluster, isClassGivenByResource(args), this),
    );
    const { plan } = checked;
    const storeChecked = storeInspectedFirst(checked, connections, this);
    const sidecar = sidecarChange(this);
    const storeHooks = pulumi.mergeOptions(storeChecked, sidecar.hooks);
    const stores = usesPlugin ? objectStores(name, plan, args, cluster, storeHooks, this) : [];
    const made = makeCluster(name, plan, args, cluster, {
      parent: this,
      dependsOn: stores,
      protect,
      ...pulumi.mergeOptions(
        pulumi.mergeOptions(
          refusesOthers(this, cluster, "Cluster"),
          inspectedFirst(checked, connections, this),
        ),
        keepsFields(this, cluster),
      ),
    });
    const answered = pulumi.all([checked, connections, made.id]).apply(async ([found, stores]) => {
      if (cluster && !pulumi.runtime.isDryRun()) await answers(found, cluster, stores, sidecar, this);
    });
    const answering = pulumi.all([plan, pulumi.unsecret(answered)]).apply(([known]) => known);
    const isDue = checked.apply((found) => !pulumi.runtime.isDryRun() && isFirstBackupDue(found, cluster));
    const moved = pulumi
      .all([plan, isDue])
      .apply(([known, due]) => (due ? answering.apply(() => untilMoved(known, cluster, this)) : undefined));
    const scheduleOpts = { parent: this, ...keepsFields(this, cluster) };
    const schedule = makeScheduledBackup(name, plan, made, moved, scheduleOpts);
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
  'backup.method "barmanObjectStore" ends with CloudNativePG 1.31, which removes it. Remove the setting to use the ' +
  "Barman Cloud plugin: it goes on in the same archive, without a new base backup.";

function soundPlan(settings: Settings, component: pulumi.Resource): Plan {
  const plan = planOf(settings);
  const problem = planProblem(settings, plan);
  if (problem !== undefined) throw userError(problem, component);
  return plan;
}

function objectStores(
  name: string,
  plan: pulumi.Output<Plan>,
  args: PostgresClusterArgs,
  cluster: KubernetesArgs | undefined,
  storeHooks: pulumi.CustomResourceOptions,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const looks = () =>
    pulumi.mergeOptions(refusesOthers(parent, cluster, "ObjectStore"), keepsFields(parent, cluster));
  const opts = () => ({ parent, ...looks() });
  const store = customResource(
    "ObjectStore",
    `${name}-store`,
    {
      metadata: metadataOf(plan, ({ clusterName }) => objectStoreName(clusterName), parent),
      spec: plan.objectStore,
    },
    pulumi.mergeOptions(storeHooks, opts()),
    cluster,
  );
  if (!args.recovery) return [store];
  const source = customResource(
    "ObjectStore",
    `${name}-source-store`,
    {
      metadata: metadataOf(plan, ({ clusterName }) => sourceStoreName(clusterName), parent),
      spec: plan.apply(({ sourceStore, objectStore }) => sourceStore ?? objectStore),
    },
    opts(),
    cluster,
  );
  return [store, source];
}

function makeCluster(
  name: string,
  plan: pulumi.Output<Plan>,
  args: PostgresClusterArgs,
  cluster: KubernetesArgs | undefined,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): kubernetes.apiextensions.CustomResource {
  const annotations = pulumi.all([plan, args.backup.store.secretVersion]).apply(([known, secretVersion]) => ({
    ...takesBack,
    ...known.annotations,
    ...(cluster === undefined && { "pulumi.com/waitFor": "condition=Ready" }),
    ...(secretVersion !== undefined && { "cnpg-rgw/secret-version": secretVersion }),
  }));
  // One by one: a version that is not known yet must not make a preview think that the name changes.
  const metadata = {
    namespace: plan.namespace,
    name: plan.clusterName,
    labels: {
      [ownerLabel]: ownerLabelOf(opts.parent),
      ...(opts.protect === true && { [protectedLabel]: "true" }),
    },
    annotations,
  };
  return customResource("Cluster", `${name}-cluster`, { metadata, spec: plan.cluster }, opts, cluster);
}

/** @param moved resolves once a base backup in a new place can be taken */
function makeScheduledBackup(
  name: string,
  plan: pulumi.Output<Plan>,
  cluster: kubernetes.apiextensions.CustomResource,
  moved: pulumi.Output<unknown>,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): kubernetes.apiextensions.CustomResource {
  return customResource(
    "ScheduledBackup",
    `${name}-schedule`,
    { metadata: metadataOf(plan, scheduleName, opts.parent), spec: plan.scheduledBackup },
    {
      ...opts,
      dependsOn: cluster,
      // Only a new one takes a base backup at once, and the WAL of a new Cluster is of no use before.
      replacementTrigger: pulumi
        .all([cluster.metadata, moved])
        .apply(([{ uid }]: [{ uid?: string }, unknown]) => uid ?? ""),
      deleteBeforeReplace: true,
    },
  );
}

const metadataOf = (plan: pulumi.Output<Plan>, nameOf: (plan: Plan) => string, component: pulumi.Resource) =>
  plan.apply((known) => ({
    namespace: known.namespace,
    name: nameOf(known),
    labels: { [ownerLabel]: ownerLabelOf(component) },
    annotations: takesBack,
  }));

async function answers(
  { plan, live: before, move, volumes }: Approved,
  cluster: KubernetesArgs,
  stores: Connections,
  sidecar: SidecarChange,
  component: pulumi.Resource,
): Promise<void> {
  const { namespace, clusterName, timeoutSeconds } = plan;
  const keys = [stores.target, stores.source].flatMap((store) => [store.accessKeyId, store.secretAccessKey]);
  const explain = (log: ReplayLog | undefined) => whyTargetWasMissed(plan, log, stores);
  // The operator takes no first backup of it either, where it knows the schedule of before.
  const hasBaseBackup = volumes.length > 0 && (await hasCompleteBackup(plan, stores.target));
  const { rest, notInForce, staleSidecar, backupTroubles } = await waiting(component, keys, explain, () =>
    untilDatabaseAnswers(cluster, namespace, clusterName, {
      timeoutSeconds,
      generationBefore: before.state === "present" ? before.generation : undefined,
      hasBaseBackup,
      privateCas: privateCasOf(plan),
      sidecar: sidecar.of(plan),
      // Ephemeral: shown while it lasts, and not repeated at the end.
      log: (line) => {
        log("info", line, component, { isEphemeral: true });
      },
    }),
  );
  const troubles = [
    ...(notInForce === undefined ? [] : [passedOver(notInForce, namespace)]),
    ...(staleSidecar === undefined ? [] : [sidecarOfBefore(staleSidecar, plan)]),
    ...backupTroubles,
  ].map((trouble) => `answers, but ${trouble}`);
  // What moves archives to a new place only from now on.
  const unseen =
    rest === undefined && move === undefined ? await archiveProblems(plan, cluster, stores.target) : [];
  for (const said of rest === undefined ? [...troubles, ...unseen] : [rest]) {
    log("warn", withoutSecrets(`Database ${namespace}/${clusterName} ${said}`, keys), component);
  }
  if (rest !== undefined) return;
  await waiting(component, keys, explain, () => untilProven(plan, before, cluster, stores, component));
}

const passedOver = (problem: string, namespace: string): string =>
  `the change is not in force: ${problem}. Something else in the cluster may change its pods, or the operator passes it ` +
  "over, as with the annotation cnpg.io/reconciliationLoop; its log says so. See " +
  `\`kubectl -n ${namespace} get clusters.postgresql.cnpg.io,pods\`.`;

/**
 * @param keys the stack's own, which logs may have in clear
 * @param explain what else is known of a recovery that failed
 */
async function waiting<T>(
  component: pulumi.Resource,
  keys: readonly string[],
  explain: (log: ReplayLog | undefined) => Promise<string | undefined>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const more = error instanceof DatabaseFailure ? await explain(error.log) : undefined;
    const message = more === undefined ? error.message : `${error.message}\n  ${more}`;
    throw userError(withoutSecrets(message, keys), component);
  }
}
