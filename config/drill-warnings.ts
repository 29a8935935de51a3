import * as pulumi from "@pulumi/pulumi";

import {
  type KubernetesArgs,
  defaultProviderKubernetes,
  drillName,
  drillWarnings,
  liveDrills,
  reasonOf,
  warnOnce,
} from "../components/internal.ts";

/** Warns of drills that failed, are late or never ran. What Kubernetes does not tell is one line, and stops nothing. */
export async function warnOfDrills(
  namespace: string,
  databases: readonly { namespace: string; name: string }[],
  kubernetes: KubernetesArgs = defaultProviderKubernetes(),
): Promise<void> {
  try {
    const live = new Map((await liveDrills(kubernetes, namespace)).map((drill) => [drill.drill, drill]));
    for (const each of databases) {
      const drill = live.get(drillName(each.namespace, each.name));
      // One that is not there yet is made by this update.
      if (drill === undefined) continue;
      const promise = { ...drill, database: `${each.namespace}/${each.name}` };
      for (const warning of drillWarnings(drill.runs, promise, new Date())) void pulumi.log.warn(warning);
    }
  } catch (error) {
    warnOnce("drills", `The results of restore drills could not be read (${reasonOf(error)})`);
  }
}
