import { barmanPlugin } from "../../archive/barman.ts";
import { isArchiving, isFirstBackupAwaited } from "./backup-trouble.ts";
import type { ClusterResource } from "../cluster/cluster-resource.ts";
import { instancesOf } from "../cluster/instances.ts";
import type { Look } from "./look.ts";
import type { Obstacle } from "./obstacle.ts";
import { type PrivateCas, staleCa } from "./private-ca.ts";
import { billionthsOf } from "../../kubernetes/quantity.ts";
import { type SidecarConfiguration, sidecarName, staleSidecar } from "./sidecar.ts";
import type { Pod } from "../cluster/pods-and-jobs.ts";

/**
 * Where the instances are not yet what a changed Cluster asks for. CloudNativePG says for a moment of any change that
 * the Cluster is ready, as it was before, and its status has no `observedGeneration`.
 */
export function notTakenUp({ resource, pods }: Look): Obstacle[] {
  const { instances } = resource.spec;
  const { instances: present = instances, readyInstances: ready = instances } = resource.status;
  const problem =
    ready < instances || present !== instances
      ? `${ready} of ${instances} instances are ready`
      : instancesOf(pods)
          .map((pod) => outdated(resource, pod))
          .find(Boolean);
  return problem === undefined ? [] : [change(problem)];
}

/** Where an instance has not the private CA yet that its ObjectStores name. */
export function caNotTakenUp({ pods }: Look, planned: PrivateCas): Obstacle[] {
  const problem = staleCa(pods, planned);
  return problem === undefined ? [] : [change(problem)];
}

/** Where an instance has not the sidecar yet that its ObjectStore asks for, and is to restart for it. */
export function sidecarNotTakenUp({ pods }: Look, wanted: SidecarConfiguration): Obstacle[] {
  const stale = staleSidecar(pods, wanted);
  return stale === undefined
    ? []
    : [change(`the instance ${stale} still has the previous settings of the sidecar`)];
}

/** Marks a change that the operator has not taken up. */
export const changeKey = "change";

export const change = (problem: string): Obstacle => ({
  key: changeKey,
  problem,
  advice: "The operator applies a change instance by instance; its log says what it waits for.",
  patience: Infinity,
});

/** Of a new database that answers: what has still to get to its archive. */
export function firstAwaited(resource: ClusterResource, hasBaseBackup: boolean): Obstacle | undefined {
  const backup = !hasBaseBackup && isFirstBackupAwaited(resource) ? "base backup" : undefined;
  const first = isArchiving(resource) ? backup : "WAL";
  if (first === undefined) return undefined;
  return {
    ...change(`it answers, and its first ${first} is on its way to the archive`),
    key: `first ${first}`,
  };
}

function outdated({ spec }: ClusterResource, pod: Pod): string | undefined {
  const { name, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return `the instance ${name} restarts`;
  const { initContainers, containers } = pod.spec;
  const archives = spec.plugins?.some((plugin) => plugin.enabled && plugin.name === barmanPlugin) ?? false;
  // A sidecar is an init container, and in older Kubernetes a container.
  if (archives !== [...initContainers, ...containers].some((container) => container.name === sidecarName)) {
    return `the instance ${name} is still ${archives ? "without" : "with"} the Barman Cloud plugin`;
  }
  const postgres = containers.find((container) => container.name === "postgres");
  if (spec.imageName !== undefined && postgres?.image !== undefined && postgres.image !== spec.imageName) {
    return `the instance ${name} still has the image ${postgres.image}`;
  }
  const [planned, actual] = [spec.resources, postgres?.resources];
  return includes(actual?.requests, planned?.requests) && includes(actual?.limits, planned?.limits)
    ? undefined
    : `the instance ${name} still has the previous resources`;
}

type Quantities = Record<string, string> | undefined;

/** A pod may have more than was asked for, by a LimitRange. */
const includes = (actual: Quantities = {}, planned: Quantities = {}): boolean =>
  Object.entries(planned).every(
    ([name, amount]) => billionthsOf(actual[name] ?? "") === billionthsOf(amount),
  );
