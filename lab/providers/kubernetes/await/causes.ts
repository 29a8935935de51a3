import { isObject, type Props } from "../../sdk/provider.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { idOf, kindOf, namespaceOf, stringAt, valueAt, type KubeObject } from "../objects/object.ts";
import { conditionsOf } from "./wait-for.ts";
import { podTrouble } from "./ready.ts";

/** Why an object is not ready, one sentence each, as the official plugin puts it for a Deployment. */
export async function causesOf(api: KubernetesApi, live: KubeObject, missing: string): Promise<string[]> {
  const { apiVersion, kind } = kindOf(live);
  if (`${apiVersion}/${kind}` !== "apps/v1/Deployment") return missing === "" ? [] : [missing];
  return [...conditionCauses(live), ...(await podCauses(api, live))];
}

function conditionCauses(deployment: KubeObject): string[] {
  const conditions = conditionsOf(deployment);
  const named = (type: string) => conditions.find((condition) => condition.type === type);
  const [progressing, available] = [named("Progressing"), named("Available")];
  const failing = [progressing, available].filter(
    (condition): condition is Props => condition !== undefined && condition.status !== "True",
  );
  const said = failing.map(
    (condition) => `[${stringAt(condition, "reason") ?? ""}] ${stringAt(condition, "message") ?? ""}`,
  );
  return [...said, shortfall(available, progressing)];
}

function shortfall(available: Props | undefined, progressing: Props | undefined): string {
  if (available?.status !== "True") return "Minimum number of live Pods was not attained";
  return progressing?.reason === "NewReplicaSetAvailable"
    ? "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"
    : "Minimum number of Pods to consider the application live was not attained";
}

/** A rollout that hangs is explained by its pods, not by the deployment. */
async function podCauses(api: KubernetesApi, deployment: KubeObject): Promise<string[]> {
  const labels = valueAt(deployment, "spec", "selector", "matchLabels");
  if (!isObject(labels)) return [];
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  const kind = { apiVersion: "v1", kind: "Pod" };
  // A cluster that does not answer now has been waited for long enough.
  const pods = await api.list(kind, namespaceOf(deployment), { labelSelector }).catch(() => []);
  return pods.flatMap((pod) => {
    const trouble = podTrouble(pod);
    const ready = conditionsOf(pod).find(({ type }) => type === "Ready");
    const said = [stringAt(ready, "message") ?? "", trouble].filter((part) => part !== "");
    return said.length === 0 ? [] : [`[Pod ${idOf(pod)}]: ${said.join("")}`];
  });
}
