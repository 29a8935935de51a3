import * as pulumi from "@pulumi/pulumi";

import { goByFirstName } from "../components/internal.ts";
import { type StackConfig, readConfig } from "../config.ts";
import { requireKubernetes } from "./required-kubernetes.ts";
import { firstName } from "./first-name.ts";
import { keepSecretsFromOtherPrograms } from "./other-programs.ts";
import { requireSameKubernetes } from "./same-kubernetes.ts";

export interface Stack {
  config: StackConfig;

  /** Whether a database is protected, and with it all that it needs. */
  protect: boolean;
}

/** The stack's config, checked; and that the stack still goes to the Kubernetes of its last update. */
export async function checkedStack(): Promise<Stack> {
  const read = readConfig();
  const protect = read.databases.some(({ deletion }) => deletion?.protect ?? true);
  const name = await firstName(protect);
  goByFirstName(name);
  // A stack that was renamed keeps the path that is made of its name.
  const config = name.stack === pulumi.getStack() ? read : readConfig(name.stack);
  keepSecretsFromOtherPrograms();
  const checks = [requireSameKubernetes(config, protect), requireKubernetes(config)];
  await Promise.allSettled(checks);
  // In this order: in another cluster, advice on what that one lacks would mislead.
  for (const check of checks) await check;
  return { config, protect };
}
