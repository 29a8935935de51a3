import { setTimeout as sleep } from "node:timers/promises";

import type * as pulumi from "@pulumi/pulumi";

import { log } from "../../pulumi/log.ts";
import type { KubernetesArgs } from "../../kubernetes/kubernetes-args.ts";
import { checkpointEverywhere } from "../cluster/checkpoint.ts";
import { backupCommand } from "../plan/backup-command.ts";
import type { Plan } from "../plan/plan.ts";
import { replaySettingsOf } from "../plan/replay-settings.ts";
import { untilSettingsAreInForce } from "./replay-settings-in-force.ts";

/** The plugin goes by an ObjectStore of up to 10 s ago. */
const secondsToTakeUp = 12;

/**
 * Resolves once a base backup of the Cluster would find all of its WAL in the new place, and have the settings that WAL
 * from now on demands.
 */
export async function untilFirstBackupCanBegin(
  plan: Plan,
  kubernetes: KubernetesArgs,
  component: pulumi.Resource,
): Promise<void> {
  const { namespace, clusterName: name } = plan;
  const late = await untilSettingsAreInForce(kubernetes, { namespace, name }, replaySettingsOf(plan.cluster));
  if (late !== undefined) {
    log(
      "warn",
      `Database ${namespace}/${name}: its next base backup may be older than the change of its settings (${late}), and a ` +
        `recovery from it cannot replay what is written after the change. Then take another one: ${backupCommand(plan)}`,
      component,
    );
  }
  await sleep(secondsToTakeUp * 1_000);
  const problem = await checkpointEverywhere(kubernetes, { namespace, name });
  if (problem === undefined) return;
  log(
    "warn",
    `Database ${namespace}/${name}: its first base backup in the new place may need earlier WAL, which is not ` +
      `there, and then cannot be restored (${problem}). Take another one from the primary: ${backupCommand(plan)}`,
    component,
  );
}
