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
  usesPlugin,
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
 * Checks that Kubernetes has what the config needs, and that the config has the databases that run, so that a preview
 * says so, and not the provider in the middle of an update. If Kubernetes does not answer, a preview warns and an update
 * fails, unless the stack has nothing in Kubernetes.
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
      `Could not check whether these namespaces of cnpg-rgw:namespaces exist: ${which}. Kubernetes did not answer, or ` +
        "the account has no right to get namespaces. If one is missing, the update fails",
    );
  }
  return namespaces.flatMap(({ name }, i) => (answers[i] === "no" ? [noSuchNamespace(name, i)] : []));
}

async function missingCrd({ operator }: Wishes, kubernetes: KubernetesArgs): Promise<Problem[]> {
  const wanted = operator.enabled && wantsPodMonitor(operatorValues(operator.values));
  return wanted && (await servesPodMonitors(kubernetes)) === "no" ? [noPodMonitorCrd] : [];
}

/** Another stack or tool may manage the plugin; this stack's own is deleted when it is turned off. */
async function missingPlugin(
  { databases, barmanPlugin }: Wishes,
  kubernetes: KubernetesArgs,
): Promise<Problem[]> {
  const index = databases.findIndex(({ backup }) => usesPlugin(backup?.method));
  if (index < 0 || barmanPlugin.enabled) return [];
  const own = await ownerLabelOf({ urn: pulumi.createUrn(pluginComponent, barmanPluginType) });
  const answer = await hasPluginOfOthers(kubernetes, own);
  if (answer === "unknown") {
    warnOnce(
      "plugin",
      "Could not check whether Kubernetes has the Barman Cloud plugin, without which nothing is archived. Kubernetes did " +
        "not answer, or the account has no right to list services in all namespaces",
    );
  }
  if (answer !== "no") return [];
  const message =
    `${keyName(["databases", index])} backs up with the Barman Cloud plugin, but ${keyName(["barmanPlugin", "enabled"])} ` +
    "is false, and no other stack or tool has installed the plugin (there is no Service of it with the label " +
    "cnpg.io/pluginName). Without the plugin, nothing is archived, and the operator does not manage these databases";
  return [{ message, fix: removeCommand(["barmanPlugin", "enabled"]) }];
}

function noSuchNamespace(name: string, index: number): Problem {
  return {
    message: `${keyName(["namespaces", index])} is "${name}", and there is no such namespace, or it is being deleted. Create it, or write { name: ${name}, create: true } instead`,
    fix: `kubectl create namespace ${name}`,
  };
}

const podMonitorKey = ["operator", "values", "monitoring", "podMonitorEnabled"];
const noPodMonitorCrd: Problem = {
  message: `${keyName(podMonitorKey)} is true by default, but Kubernetes has no CRD podmonitors.monitoring.coreos.com. Install the Prometheus Operator's CRDs, or turn the PodMonitor off`,
  fix: setCommand(podMonitorKey, "false"),
};
