import * as pulumi from "@pulumi/pulumi";

import {
  type KubernetesArgs,
  barmanPluginType,
  defaultProviderKubernetes,
  hasNamespace,
  hasPluginOfOthers,
  operatorValues,
  ownerLabelOf,
  servesPodMonitors,
  wantsPodMonitor,
  warnOnce,
} from "../components/internal.ts";
import type { StackConfig } from "../config.ts";
import { keyName, removeCommand, setCommand } from "./commands.ts";
import { lostDatabases } from "./lost-databases.ts";
import { type Problem, report } from "./problems.ts";

type Wishes = Pick<StackConfig, "namespaces"> & {
  databases: readonly (Pick<StackConfig["databases"][number], "name" | "namespace"> & {
    backup?: { method?: string | undefined };
  })[];
  operator: Pick<StackConfig["operator"], "enabled" | "values">;
  barmanPlugin: Pick<StackConfig["barmanPlugin"], "enabled">;
};

/** Name of the component that is the plugin. */
export const pluginComponent = "barman-cloud-plugin";

/**
 * Checks that the cluster has what the config takes for granted, and that the config has the databases that run, so that
 * a preview tells, and not the provider in the middle of an update. Where the cluster does not answer, a preview warns and
 * an update ends, unless the stack has nothing in Kubernetes.
 */
export async function requireKubernetes(
  config: Wishes,
  kubernetes = defaultProviderKubernetes(),
): Promise<void> {
  const answers = await Promise.all([
    missingNamespaces(config, kubernetes),
    missingCrd(config, kubernetes),
    missingPlugin(config, kubernetes),
    lostDatabases(config, kubernetes, usesKubernetes(config)),
  ]);
  const problems = answers.flat();
  if (problems.length > 0) throw new pulumi.RunError(report(pulumi.getStack(), problems));
}

const usesKubernetes = ({ namespaces, databases, operator, barmanPlugin }: Wishes): boolean =>
  operator.enabled || barmanPlugin.enabled || namespaces.length > 0 || databases.length > 0;

async function missingNamespaces({ namespaces }: Wishes, kubernetes: KubernetesArgs): Promise<Problem[]> {
  const answers = await Promise.all(
    namespaces.map(async ({ name, create }) => (create ? "yes" : await hasNamespace(kubernetes, name))),
  );
  const unsaid = namespaces.filter((_, i) => answers[i] === "unknown").map(({ name }) => name);
  if (unsaid.length > 0) {
    const which =
      unsaid.length > 3
        ? `${unsaid.slice(0, 3).join(", ")} and ${unsaid.length - 3} more`
        : unsaid.join(", ");
    warnOnce(
      "namespaces",
      `Could not ask whether the cluster has these of cnpg-rgw:namespaces: ${which}. That needs an answer of Kubernetes and ` +
        "the right to get namespaces. The update fails where one is missing",
    );
  }
  return namespaces.flatMap(({ name }, i) => (answers[i] === "no" ? [noSuchNamespace(name, i)] : []));
}

async function missingCrd({ operator }: Wishes, kubernetes: KubernetesArgs): Promise<Problem[]> {
  const wanted = operator.enabled && wantsPodMonitor(operatorValues(operator.values));
  return wanted && (await servesPodMonitors(kubernetes)) === "no" ? [noPodMonitorCrd] : [];
}

/** Another stack or tool may look after the plugin; this stack's own goes when it is turned off. */
async function missingPlugin(
  { databases, barmanPlugin }: Wishes,
  kubernetes: KubernetesArgs,
): Promise<Problem[]> {
  const index = databases.findIndex(({ backup }) => (backup?.method ?? "plugin") === "plugin");
  if (index < 0 || barmanPlugin.enabled) return [];
  const own = await ownerLabelOf({ urn: pulumi.createUrn(pluginComponent, barmanPluginType) });
  const answer = await hasPluginOfOthers(kubernetes, own);
  if (answer === "unknown") {
    warnOnce(
      "plugin",
      "Could not ask whether the cluster has the Barman Cloud plugin, without which nothing is archived. That needs an " +
        "answer of Kubernetes and the right to list services in all namespaces",
    );
  }
  if (answer !== "no") return [];
  const message =
    `${keyName(["databases", index])} is backed up by the Barman Cloud plugin, ${keyName(["barmanPlugin", "enabled"])} ` +
    "is false, and the cluster has no plugin of somebody else's (no such Service with the label cnpg.io/pluginName). " +
    "Without one the operator looks after none of these databases, and nothing is archived";
  return [{ message, fix: removeCommand(["barmanPlugin", "enabled"]) }];
}

function noSuchNamespace(name: string, index: number): Problem {
  return {
    message: `${keyName(["namespaces", index])} is "${name}": the cluster has no such namespace, or it is being deleted. Make it, or put { name: ${name}, create: true } in its place`,
    fix: `kubectl create namespace ${name}`,
  };
}

const podMonitorKey = ["operator", "values", "monitoring", "podMonitorEnabled"];
const noPodMonitorCrd: Problem = {
  message: `${keyName(podMonitorKey)} is true by default, and the cluster has no CRD podmonitors.monitoring.coreos.com. Install the Prometheus Operator's CRDs, or do without the PodMonitor`,
  fix: setCommand(podMonitorKey, "false"),
};
