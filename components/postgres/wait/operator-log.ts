import type { Configuration } from "@kubernetes/client-node";
import { z } from "zod";

import { fromJson } from "../../pulumi/arguments.ts";
import { kubernetesClient } from "../../kubernetes/api.ts";
import type { Obstacle } from "./obstacle.ts";
import { mayPass, patienceWithPassing, refusalAdvice } from "./refusal-advice.ts";

const line = z.object({
  level: z.literal("error"),
  namespace: z.string(),
  name: z.string(),
  error: z.string(),

  // What the name is of: a ScheduledBackup may have the Cluster's.
  controller: z.string().default("cluster"),
});

export interface OperatorError {
  error: string;

  /** The line of the log that says so, with its time: another one each time. */
  said: string;
}

/**
 * The last error that the operator has logged of a Cluster: what it cannot make is said there and nowhere else, neither in
 * an event nor in the status. Undefined for none, and where the log may not be read.
 */
export async function operatorError(
  configuration: Configuration,
  database: { namespace: string; name: string },
  sinceSeconds: number,
): Promise<OperatorError | undefined> {
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
): OperatorError | undefined {
  const last = log
    .split("\n")
    .filter((text) => text.includes('"error"'))
    .flatMap((text) => {
      const parsed = line.safeParse(fromJson(text)).data;
      return parsed ? [{ ...parsed, said: text }] : [];
    })
    .filter((each) => each.namespace === namespace && each.name === name && each.controller === "cluster")
    .filter(({ error }) => !passing.test(error))
    .at(-1);
  return last && { error: last.error, said: last.said };
}

/**
 * The operator tries again after pauses that grow from milliseconds to a quarter of an hour, and does not say when it
 * succeeds: so it is final only when the operator says it anew.
 */
export const operatorObstacle = ({ error, said }: OperatorError): Obstacle => ({
  key: "operator's error",
  problem: `the operator cannot go on: ${error.slice(0, 600)}`,
  advice: refusalAdvice(error) ?? "Correct what the message names; the operator's log says more.",
  patience: mayPass(error) ? patienceWithPassing : 25,
  attempt: said,
});
