import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import {
  type KubernetesArgs,
  answered,
  defaultProviderKubernetes,
  getIfThere,
  ifKnown,
  isMocked,
  knownValues,
  settled,
} from "../components/internal.ts";

interface Uses {
  operator: { enabled: boolean };
  barmanPlugin: { enabled: boolean };
  namespaces: readonly unknown[];
}

/**
 * Ends the program before anything is made in another Kubernetes than in the previous update, which a context that was
 * changed by mistake would do. Kubernetes is known by the UID of its namespace kube-system, which the stack's state
 * keeps as the input of a Stash. If it cannot be asked, the previous UID is kept.
 */
export async function requireSameKubernetes(
  { operator, barmanPlugin, namespaces }: Uses,
  protect: boolean,
  kubernetes = defaultProviderKubernetes(),
): Promise<void> {
  const isUsed = operator.enabled || barmanPlugin.enabled || namespaces.length > 0;
  const uid = isUsed ? await kubernetesUid(kubernetes) : undefined;
  let problem: string | undefined;
  const compare = async ({ urn, oldInputs, newInputs }: pulumi.ResourceHookArgs): Promise<void> => {
    const [before, now] = await Promise.all([knownValues(oldInputs ?? {}), knownValues(newInputs ?? {})]);
    problem = anotherKubernetes(before.input, now.input, urn);
    // A preview goes on to the end of this function; in an update this keeps the previous UID in the state.
    if (problem !== undefined && !pulumi.runtime.isDryRun()) throw new Error(problem);
  };
  const hook = isMocked() ? [] : [new pulumi.ResourceHook("same-kubernetes", compare, { onDryRun: true })];
  const stash = new pulumi.Stash(
    "kubernetes-cluster",
    { input: uid ?? "" },
    { protect, hooks: { beforeUpdate: hook }, ...(uid === undefined && { ignoreChanges: ["input"] }) },
  );
  const urn = await settled(stash.urn);
  // With `--target` the Stash may be left out, and no hook runs. Its output is the first UID that the stack was told.
  if (uid !== undefined) problem ??= anotherKubernetes(await ifKnown(stash.output), uid, urn);
  if (problem !== undefined) throw new pulumi.RunError(problem);
}

const withUid = z.object({ metadata: z.object({ uid: z.string() }) });

/** Undefined where the cluster does not tell: by the policy of all guards, an update goes on only if a right is missing. */
async function kubernetesUid(kubernetes: KubernetesArgs): Promise<string | undefined> {
  const found = await answered({
    what: "this is the Kubernetes cluster of the last `pulumi up`, so another one would not be noticed",
    right: "get the namespace kube-system",
    ask: async () => ({ is: await getIfThere(kubernetes, "/api/v1/namespaces/kube-system", withUid) }),
    isNeeded: false,
  });
  return found?.is?.metadata.uid;
}

/** What is wrong with another UID than the previous one, if that is known. */
export function anotherKubernetes(before: unknown, now: unknown, urn: string): string | undefined {
  if (typeof before !== "string" || before === "" || before === now) return undefined;
  return [
    `This is another Kubernetes cluster than in the last \`pulumi up\`: the UID of its namespace kube-system is ${String(now)}, ` +
      `and was ${before}. Nothing has been changed. The databases of this stack, and all else it made, are in the other cluster.`,
    "  To use the other cluster, select its context:\n      pulumi config set kubernetes:context NAME",
    "  To have databases in this cluster too, use a second stack:\n      pulumi stack init NAME",
    "  If the other cluster no longer exists and this one replaces it, make the stack forget the other one. Then bring " +
      "the databases\n  back with recovery, see docs/recovery.md#a-lost-database:\n" +
      `      pulumi state delete --force '${urn}' && pulumi up --refresh`,
  ].join("\n\n");
}
