import { z } from "zod";

import { barmanPlugin } from "../../archive/barman.ts";
import { isLess } from "../../kubernetes/quantity.ts";
import type { Plan } from "./plan.ts";

/** Kubernetes quantities by resource, such as `memory`. */
type Quantities = Record<string, string>;

/** What the plan asks for a container of each instance. */
export interface PlannedContainer {
  /** The setting that says so. */
  setting: string;
  requests: Quantities;
  limits: Quantities;
}

const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish();
const resources = z.object({ requests: quantities, limits: quantities });

/** PostgreSQL's container, whose resources those of initdb and of a recovery are, too, and the plugin's sidecar. */
export function containersOf({
  cluster,
  objectStore,
}: Pick<Plan, "cluster" | "objectStore">): PlannedContainer[] {
  const hasSidecar = cluster.plugins?.some(({ name }) => name === barmanPlugin) ?? false;
  const sidecar = objectStore.instanceSidecarConfiguration?.resources;
  return [
    container("spec.resources", cluster.resources),
    ...(hasSidecar ? [container("backup.objectStore.instanceSidecarConfiguration.resources", sidecar)] : []),
  ];
}

function container(setting: string, given: unknown): PlannedContainer {
  const { requests, limits } = resources.safeParse(given ?? {}).data ?? {};
  return { setting, requests: requests ?? {}, limits: limits ?? {} };
}

/** Why no pod can be made with what a container asks for: Kubernetes refuses a limit that is lower than the request. */
export function resourcesProblem(plan: Pick<Plan, "cluster" | "objectStore">): string | undefined {
  for (const { setting, requests, limits } of containersOf(plan)) {
    for (const [name, limit] of Object.entries(limits)) {
      const request = requests[name];
      if (request === undefined || !isLess(limit, request)) continue;
      return (
        `${setting}.limits.${name} is ${limit}, less than the request of ${request}, so that no pod could be made. Raise ` +
        `the limit to ${request} or more, or set ${setting}.requests.${name} to ${limit} or less.`
      );
    }
  }
  return undefined;
}
