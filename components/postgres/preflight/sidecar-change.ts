import { isDeepStrictEqual } from "node:util";

import * as pulumi from "@pulumi/pulumi";

import { type NewInputs, beforeUpdate } from "../../pulumi/hooks.ts";
import { knownParts } from "../../pulumi/outputs.ts";
import { log } from "../../pulumi/log.ts";
import { isObject } from "../../text/merge.ts";
import type { UntilAnswersOptions } from "../wait/until-answers.ts";
import { type Plan, objectStoreName } from "../plan/plan.ts";

/** Whether an update changes the sidecar's settings: the instances of a running database have to be restarted for that. */
export interface SidecarChange {
  /** For the ObjectStore. */
  hooks: { hooks?: pulumi.ResourceHookBinding };

  /** What the instances have to have. */
  of: (plan: Plan) => UntilAnswersOptions["sidecar"];
}

export function sidecarChange(component: pulumi.Resource): SidecarChange {
  let isChanged = false;
  const look = async (now: NewInputs, before: NewInputs) => {
    isChanged = await changesSidecar(now, before);
    if (isChanged && pulumi.runtime.isDryRun())
      log("info", "The instances restart for the sidecar's settings", component);
    return undefined;
  };
  return {
    hooks: beforeUpdate(component, look),
    of: ({ clusterName, cluster }) =>
      cluster.plugins === undefined ? undefined : { objectStore: objectStoreName(clusterName), isChanged },
  };
}

/** Whether the inputs of an ObjectStore ask for another sidecar than those of before. */
export async function changesSidecar(now: NewInputs, before: NewInputs): Promise<boolean> {
  const [wanted, was] = await Promise.all([containerOf(now), containerOf(before)]);
  return !isDeepStrictEqual(wanted, was);
}

/** Of `instanceSidecarConfiguration`, what the plugin does not read anew as it runs. */
async function containerOf(inputs: NewInputs): Promise<unknown[]> {
  const { spec } = await knownParts({ spec: inputs.spec });
  const sidecar = isObject(spec) ? spec.instanceSidecarConfiguration : undefined;
  const { env, resources, additionalContainerArgs, logLevel } = isObject(sidecar) ? sidecar : {};
  return [env, resources, additionalContainerArgs, logLevel];
}

export const staleSidecarTrouble = (instance: string, { namespace, clusterName }: Plan): string =>
  `the sidecar's settings (backup.objectStore.instanceSidecarConfiguration) are not in force: the instance ${instance} ` +
  `was made with others. To apply them, restart the instances: kubectl cnpg restart ${clusterName} -n ${namespace}`;
