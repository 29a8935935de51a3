import type * as pulumi from "@pulumi/pulumi";

import { lookAtNewest } from "../../archive/newest.ts";
import type { KubernetesArgs } from "../../kubernetes/kubernetes-args.ts";
import { userError } from "../../pulumi/arguments.ts";
import { log } from "../../pulumi/log.ts";
import type { S3Connection } from "../../s3/connection.ts";
import { withoutSecrets } from "../../text/masked.ts";
import { type Plan, privateCasOf } from "../plan/plan.ts";
import type { Situation } from "../preflight/judge.ts";
import type { Connections } from "../preflight/observe-bucket.ts";
import { type SidecarChange, staleSidecarTrouble } from "../preflight/sidecar-change.ts";
import { tell } from "../preflight/verdict.ts";
import { recoveredVerdict, whyTargetWasMissed } from "../recovery/recovered.ts";
import { archiveProblems } from "./archived.ts";
import type { ReplayLog } from "./replay-log.ts";
import { type Answering, DatabaseFailure, untilDatabaseAnswers } from "./until-answers.ts";

/**
 * Resolves once the database of a plan answers, and has all that it was recovered from; warns of what is wrong with it all
 * the same. Throws where it does not come up.
 */
export async function waitUntilAnswering(
  { plan, live: before, move, volumes }: Situation,
  kubernetes: KubernetesArgs,
  stores: Connections,
  sidecar: SidecarChange,
  component: pulumi.Resource,
): Promise<void> {
  const { namespace, clusterName, timeoutSeconds } = plan;
  // The stack's own, which logs may have in clear.
  const keys = [stores.target, stores.source].flatMap((store) => [store.accessKeyId, store.secretAccessKey]);
  const explain = (replayed: ReplayLog | undefined) => whyTargetWasMissed(plan, replayed, stores);
  // The operator takes no first backup of it either, where it knows the schedule of before.
  const hasBaseBackup = volumes.length > 0 && (await hasCompleteBackup(plan, stores.target));
  const answering = await asUserError(component, keys, explain, () =>
    untilDatabaseAnswers(kubernetes, namespace, clusterName, {
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
  // What moves archives to a new place only from now on.
  const unseen =
    answering.rest === undefined && move === undefined
      ? await archiveProblems(plan, answering.live.primary, kubernetes, stores.target)
      : [];
  for (const said of [...troublesOf(answering, plan), ...unseen]) {
    log("warn", withoutSecrets(`Database ${namespace}/${clusterName} ${said}`, keys), component);
  }
  if (answering.rest !== undefined) return;
  const proven = await asUserError(component, keys, explain, () =>
    recoveredVerdict(plan, before, answering.live, kubernetes, stores),
  );
  const problem = tell(proven, component);
  if (problem !== undefined) throw userError(withoutSecrets(problem, keys), component);
}

/** Whether there is a base backup to come back from; not where the store does not say. */
async function hasCompleteBackup({ archive }: Plan, target: S3Connection): Promise<boolean> {
  const newest = await lookAtNewest(target, archive).catch(() => undefined);
  return newest?.complete !== undefined;
}

/** What is to be told of a database that is up, or at rest; each goes on after its name. */
function troublesOf({ rest, notInForce, staleSidecar, backupTroubles }: Answering, plan: Plan): string[] {
  if (rest !== undefined) return [rest];
  return [
    ...(notInForce === undefined ? [] : [passedOver(notInForce, plan.namespace)]),
    ...(staleSidecar === undefined ? [] : [staleSidecarTrouble(staleSidecar, plan)]),
    ...backupTroubles,
  ].map((trouble) => `answers, but ${trouble}`);
}

const passedOver = (problem: string, namespace: string): string =>
  `the change is not in force: ${problem}. Something else in the cluster may change its pods, or the operator skips ` +
  "it, as with the annotation cnpg.io/reconciliationLoop; its log says so. See " +
  `\`kubectl -n ${namespace} get clusters.postgresql.cnpg.io,pods\`.`;

/**
 * @param keys the stack's own, which logs may have in clear
 * @param explain what else is known of a recovery that failed
 */
async function asUserError<T>(
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
