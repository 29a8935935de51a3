import * as pulumi from "@pulumi/pulumi";

import type { StackConfig } from "../config.ts";
import { defaultProviderCluster, hasNamespace } from "../components/cnpg/cluster.ts";
import { keyName, removeCommand } from "./commands.ts";
import { type Problem, report } from "./problems.ts";

/**
 * Checks that every namespace which the stack is not to make is there, so that a preview tells, and not the provider
 * in the middle of an update. A cluster that does not answer is left to the provider.
 */
export async function requireNamespaces(
  config: StackConfig,
  cluster = defaultProviderCluster(),
): Promise<void> {
  const found = await Promise.all(config.namespaces.map(({ name }) => hasNamespace(cluster, name)));
  const problems = config.namespaces.flatMap(({ name, create }, i) =>
    found[i] === "no" && !create ? [noSuchNamespace(name, i)] : [],
  );
  if (problems.length > 0) throw new pulumi.RunError(report(pulumi.getStack(), problems));
}

function noSuchNamespace(name: string, index: number): Problem {
  const path = ["namespaces", index];
  const entry = `'${keyName(path)}`;
  const makeIt = `pulumi config set --path ${entry}.name' ${name} && pulumi config set --path ${entry}.create' true`;
  return {
    message: `${keyName(path)} is "${name}": the cluster has no such namespace, or it is being deleted. Make it, or have this stack make it:`,
    fix: `kubectl create namespace ${name}\n      ${removeCommand(path)} && ${makeIt}`,
  };
}
