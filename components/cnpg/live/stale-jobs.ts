import type { Configuration } from "@kubernetes/client-node";

import { kubernetesClient } from "../kube-api.ts";
import type { Look } from "./look.ts";
import { isImageMissing } from "./obstacles.ts";

/**
 * Deletes the Jobs of {@link staleJobs}, as a person would have to: the operator keeps a Job that it has begun, whatever
 * becomes of the Cluster, and makes a new one once that is gone. Where it may not be deleted, the obstacle stays.
 */
export async function endStaleJobs(configuration: Configuration, look: Look): Promise<void> {
  const names = staleJobs(look);
  if (names.length === 0) return;
  const { BatchV1Api } = await kubernetesClient();
  const { namespace } = look.resource.metadata;
  const batch = new BatchV1Api(configuration);
  await Promise.all(
    names.map((name) =>
      batch.deleteNamespacedJob({ name, namespace, propagationPolicy: "Background" }).catch(() => undefined),
    ),
  );
}

/** Jobs that wait for an image which the Cluster does not name any more. Nothing of them has run. */
export function staleJobs({ resource, pods }: Look): string[] {
  const { imageName } = resource.spec;
  if (imageName === undefined) return [];
  return pods.flatMap(({ metadata, spec, status }) => {
    const job = metadata.labels?.["job-name"];
    const isStale = status.containerStatuses.some(({ name, state }) => {
      const image = spec.containers.find((container) => container.name === name)?.image;
      return isImageMissing(state?.waiting?.reason) && image !== undefined && image !== imageName;
    });
    return job !== undefined && isStale ? [job] : [];
  });
}
