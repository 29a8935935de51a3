import type { Configuration } from "@kubernetes/client-node";
import { z } from "zod";

import { fromJson } from "../../check.ts";
import { kubernetesClient } from "../kube-api.ts";
import type { Obstacle } from "./obstacles.ts";
import { patienceWithOthers } from "./held-up.ts";
import { refusalAdvice } from "./refusal-advice.ts";

const line = z.object({
  level: z.literal("error"),
  namespace: z.string(),
  name: z.string(),
  error: z.string(),
});

/**
 * The last error that the operator has logged of a Cluster: what it cannot make is said there and nowhere else, neither in
 * an event nor in the status. Undefined for none, and where the log may not be read.
 */
export async function operatorError(
  configuration: Configuration,
  database: { namespace: string; name: string },
  sinceSeconds: number,
): Promise<string | undefined> {
  const { CoreV1Api } = await kubernetesClient();
  const core = new CoreV1Api(configuration);
  const pods = await core
    .listPodForAllNamespaces({ labelSelector: "app.kubernetes.io/name=cloudnative-pg" })
    .then(({ items }) => items)
    .catch(() => []);
  const limits = { sinceSeconds, tailLines: 3_000, limitBytes: 2 * 1024 * 1024 };
  const logs = await Promise.all(
    pods.map(({ metadata }) => {
      const pod = { namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" };
      return core.readNamespacedPodLog({ ...pod, ...limits }).catch(() => "");
    }),
  );
  return lastError(logs.join("\n"), database);
}

/** Conflicts and the like are over with the operator's next try. */
const passing = /the object has been modified|already exists|context (canceled|deadline exceeded)|cache/;

export function lastError(
  log: string,
  { namespace, name }: { namespace: string; name: string },
): string | undefined {
  return log
    .split("\n")
    .filter((text) => text.includes('"error"'))
    .flatMap((text) => line.safeParse(fromJson(text)).data ?? [])
    .filter((said) => said.namespace === namespace && said.name === name && !passing.test(said.error))
    .at(-1)?.error;
}

export const operatorObstacle = (error: string): Obstacle => ({
  key: "operator's error",
  problem: `the operator cannot go on: ${error.slice(0, 600)}`,
  advice: refusalAdvice(error) ?? "Correct what the message names; the operator's log says more.",
  patience: patienceWithOthers,
});
