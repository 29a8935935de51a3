import { z } from "zod";

import { type KubernetesArgs, getIfThere } from "../../kubernetes/questions.ts";
import { apiPathOf } from "../../crds/schema.ts";
import type { ArchivePlace } from "./facts.ts";
import type { PresentCluster } from "./live-cluster.ts";

const objectStore = z.object({
  spec: z.object({
    configuration: z.object({ destinationPath: z.string(), endpointURL: z.string().optional() }),
  }),
});

/** Where a running Cluster archives to; undefined: it has no backups, or no ObjectStore. Throws without an answer. */
export async function archivePlace(
  kubernetes: KubernetesArgs,
  { namespace, objectStoreName, place }: PresentCluster,
): Promise<ArchivePlace | undefined> {
  if (objectStoreName === undefined) return place;
  const path = apiPathOf("ObjectStore", { namespace, name: objectStoreName });
  return placeOfStore(await getIfThere(kubernetes, path, z.unknown()));
}

/** Where an ObjectStore, or what an update knew of one, says that its Clusters archive to. */
export function placeOfStore(store: unknown): ArchivePlace | undefined {
  const found = objectStore.safeParse(store).data?.spec.configuration;
  return found && { destinationPath: found.destinationPath, endpoint: found.endpointURL };
}
