import { warnOnce } from "../components/kubernetes/ask-first.ts";
import { reasonOf } from "../components/kubernetes/api.ts";
import { type ClusterArgs, defaultProviderCluster } from "../components/kubernetes/questions.ts";
import { say } from "../components/pulumi/log.ts";
import { liveDrills } from "../components/restore-drill/live-drills.ts";
import { drillName } from "../components/restore-drill/names.ts";
import { drillWarnings } from "../components/restore-drill/warnings.ts";

/** Warns of drills that failed, are late or never ran. What Kubernetes does not tell is one line, and stops nothing. */
export async function warnOfDrills(
  namespace: string,
  databases: readonly { namespace: string; name: string }[],
  cluster: ClusterArgs = defaultProviderCluster(),
): Promise<void> {
  try {
    const live = new Map((await liveDrills(cluster, namespace)).map((drill) => [drill.drill, drill]));
    for (const each of databases) {
      const drill = live.get(drillName(each.namespace, each.name));
      // One that is not there yet is made by this update.
      if (drill === undefined) continue;
      const promise = { ...drill, database: `${each.namespace}/${each.name}` };
      for (const warning of drillWarnings(drill.runs, promise, new Date())) say("warn", warning);
    }
  } catch (error) {
    warnOnce("drills", `The results of restore drills could not be read (${reasonOf(error)})`);
  }
}
