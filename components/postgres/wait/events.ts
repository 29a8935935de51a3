import type { Configuration, CoreV1Event } from "@kubernetes/client-node";

import { kubernetesClient } from "../../kubernetes/api.ts";
import { lastSeen } from "./held-up.ts";

/**
 * The last few warnings of Kubernetes about a database's pods and volumes, and its volume claims that wait. Nothing
 * where it may not be asked.
 */
export async function surroundingsOf(
  configuration: Configuration,
  namespace: string,
  name: string,
): Promise<string[]> {
  const { CoreV1Api } = await kubernetesClient();
  const core = new CoreV1Api(configuration);
  const [claims, events] = await Promise.all([
    core
      .listNamespacedPersistentVolumeClaim({ namespace, labelSelector: `cnpg.io/cluster=${name}` })
      .then(({ items }) => items)
      .catch(() => []),
    core
      .listNamespacedEvent({ namespace, fieldSelector: "type=Warning", limit: 500 })
      .then(({ items }) => items)
      .catch(() => []),
  ]);
  const waiting = claims
    .filter(({ status }) => status?.phase === "Pending")
    .map(({ metadata }) => `volume claim ${metadata?.name ?? ""} waits for a volume`);
  return [...waiting, ...warnings(events, name)];
}

function warnings(events: CoreV1Event[], name: string): string[] {
  const own = events
    .filter(({ involvedObject }) => isOf(name, involvedObject.name ?? ""))
    .sort((a, b) => lastSeen(a) - lastSeen(b))
    .map(({ involvedObject: { kind = "", name: of = "" }, message = "" }): [string, string] => {
      const text = message.split("\n")[0] ?? "";
      // A Job's next pod has another name, and the same fate.
      return [text.replaceAll(/"[^"]*"/g, ""), `${kind} ${of}: ${text}`.slice(0, 400)];
    });
  return [...new Map(own).values()].slice(-3);
}

/** The operator names what it makes after the Cluster and the instance's number. */
const isOf = (name: string, object: string): boolean =>
  object === name || (object.startsWith(`${name}-`) && /^\d/.test(object.slice(name.length + 1)));
