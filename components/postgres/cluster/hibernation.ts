import { z } from "zod";

import type { ClusterResource } from "./cluster-resource.ts";

const instanceNames = z.array(z.string()).min(1);

/**
 * Where PostgreSQL was stopped by CloudNativePG's own annotations: that it is so, and how to end it, as what is
 * said of the database. Nothing else is to be waited for then.
 */
export function restOf({ metadata }: ClusterResource): string | undefined {
  const { namespace, name, annotations = {} } = metadata;
  const resting = (how: string, annotation: string): string =>
    `is ${how} (annotation ${annotation}): it was not waited for, and nothing is archived or backed up meanwhile. To` +
    ` end that: kubectl -n ${namespace} annotate clusters.postgresql.cnpg.io ${name} ${annotation}-`;
  if (annotations[hibernation] === "on") return resting("hibernated", hibernation);
  const instances = isolated(annotations[fencing]);
  return instances && resting(`fenced: ${instances.join(", ").replace("*", "all instances")}`, fencing);
}

const hibernation = "cnpg.io/hibernation";
const fencing = "cnpg.io/fencedInstances";

/** The instances of a JSON list; undefined for none, and for what the operator does not understand either. */
function isolated(text = ""): string[] | undefined {
  try {
    const listed: unknown = JSON.parse(text);
    return instanceNames.safeParse(listed).data;
  } catch {
    return undefined;
  }
}
