import { isObject, type Props } from "../../sdk/provider.ts";
import { numberAt, stringAt, valueAt, type KubeObject } from "../objects/object.ts";
import { done, waitingFor, type Look } from "./wait.ts";
import { conditionsOf, isOutdated, type Check } from "./wait-for.ts";

/** When a built-in kind counts as created or updated. Kinds that are not here are ready at once. */
export const readyChecks: Readonly<Record<string, Check>> = {
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": statefulSet,
  "apps/v1/DaemonSet": daemonSet,
  "batch/v1/Job": job,
  "v1/Pod": pod,
  "v1/Service": service,
  "v1/PersistentVolume": phase("Available", "Bound"),
  "v1/ResourceQuota": quota,
  "v1/ReplicationController": (object) => replicas(object, "availableReplicas"),
  "networking.k8s.io/v1/Ingress": ingress,
};

function deployment(object: KubeObject): Look {
  if (isBehind(object)) return waitingFor("the deployment controller");
  const progress = conditionsOf(object).find(({ type }) => type === "Progressing");
  if (progress?.reason === "ProgressDeadlineExceeded") {
    return waitingFor(`the rollout, which makes no progress: ${stringAt(progress, "message") ?? ""}`);
  }
  const updated = replicas(object, "updatedReplicas");
  if (!updated.done) return updated;
  const old =
    (numberAt(object, "status", "replicas") ?? 0) - (numberAt(object, "status", "updatedReplicas") ?? 0);
  if (old > 0) return waitingFor(`${old} old replicas to end`);
  return replicas(object, "availableReplicas");
}

function statefulSet(object: KubeObject): Look {
  if (isBehind(object)) return waitingFor("the stateful set controller");
  const ready = replicas(object, "readyReplicas");
  if (!ready.done) return ready;
  const [current, update] = [
    stringAt(object, "status", "currentRevision"),
    stringAt(object, "status", "updateRevision"),
  ];
  const onDelete = stringAt(object, "spec", "updateStrategy", "type") === "OnDelete";
  return onDelete || current === update ? done : waitingFor("all replicas to have the new revision");
}

function daemonSet(object: KubeObject): Look {
  if (isBehind(object)) return waitingFor("the daemon set controller");
  const wanted = numberAt(object, "status", "desiredNumberScheduled") ?? 0;
  const updated = numberAt(object, "status", "updatedNumberScheduled") ?? 0;
  const available = numberAt(object, "status", "numberAvailable") ?? 0;
  if (updated < wanted) return waitingFor(`${updated} of ${wanted} pods to be updated`);
  return available < wanted ? waitingFor(`${available} of ${wanted} pods to be available`) : done;
}

function job(object: KubeObject): Look {
  const holds = (type: string) => conditionsOf(object).find((c) => c.type === type && c.status === "True");
  const failed = holds("Failed");
  if (failed !== undefined) {
    throw new Error(
      `the job failed: ${stringAt(failed, "message") ?? stringAt(failed, "reason") ?? "no reason given"}`,
    );
  }
  return holds("Complete")
    ? done
    : waitingFor(`completion (${numberAt(object, "status", "active") ?? 0} pods active)`);
}

function pod(object: KubeObject): Look {
  if (stringAt(object, "status", "phase") === "Succeeded") return done;
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  if (ready?.status === "True") return done;
  const trouble = podTrouble(object);
  return waitingFor(`the pod to be ready${trouble === "" ? "" : `: ${trouble}`}`);
}

/** Why a container of the pod does not run, as far as its status says. */
export function podTrouble(object: KubeObject): string {
  const statuses = valueAt(object, "status", "containerStatuses");
  const waiting = (Array.isArray(statuses) ? statuses.filter(isObject) : [])
    .map((status) => valueAt(status, "state", "waiting"))
    .find((state): state is Props => isObject(state) && state.reason !== "ContainerCreating");
  const unschedulable = conditionsOf(object).find((c) => c.type === "PodScheduled" && c.status === "False");
  const trouble = waiting ?? unschedulable;
  if (trouble === undefined) return "";
  return `[${stringAt(trouble, "reason") ?? ""}] ${stringAt(trouble, "message") ?? ""}`;
}

// The endpoints of a service with a selector are not in the object itself: see endpoints.ts.
function service(object: KubeObject): Look {
  if (stringAt(object, "spec", "type") !== "LoadBalancer") return done;
  return hasAddress(object) ? done : waitingFor("an address of the load balancer");
}

function ingress(object: KubeObject): Look {
  return hasAddress(object) ? done : waitingFor("an address of the ingress");
}

function quota(object: KubeObject): Look {
  const [hard, accepted] = [valueAt(object, "spec", "hard"), valueAt(object, "status", "hard")];
  return JSON.stringify(hard) === JSON.stringify(accepted) ? done : waitingFor("the quota to be in force");
}

function phase(...wanted: string[]): Check {
  return (object) => {
    const found = stringAt(object, "status", "phase") ?? "none";
    return wanted.includes(found) ? done : waitingFor(`phase ${wanted.join(" or ")} (is ${found})`);
  };
}

function replicas(object: KubeObject, field: string): Look {
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const found = numberAt(object, "status", field) ?? 0;
  return found >= wanted ? done : waitingFor(`${field} ${found} of ${wanted}`);
}

function isBehind(object: KubeObject): boolean {
  return numberAt(object, "status", "observedGeneration") === undefined || isOutdated(object, {});
}

function hasAddress(object: KubeObject): boolean {
  const addresses = valueAt(object, "status", "loadBalancer", "ingress");
  return Array.isArray(addresses) && addresses.length > 0;
}
