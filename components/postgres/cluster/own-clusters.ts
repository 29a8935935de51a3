import { z } from "zod";

import { withDeadline, statusOf } from "../../kubernetes/api.ts";
import type { KubernetesArgs } from "../../kubernetes/kubernetes-args.ts";
import type { ObjectName } from "../../kubernetes/named.ts";
import { OnceARun } from "../../kubernetes/once-a-run.ts";
import { labelled, ownerLabel } from "../../kubernetes/owner.ts";
import { kubeGet, metadataAlone } from "../../kubernetes/request.ts";
import { apiVersions } from "../../crds/schema.ts";

const metadataList = z.object({
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z.array(
    z.object({ metadata: labelled.shape.metadata.extend({ namespace: z.string(), name: z.string() }) }),
  ),
});
type Labelled = z.infer<typeof metadataList>["items"];

/** The Clusters that a component has made. */
export interface OwnClusters {
  clusters: ObjectName[];

  /** Why those of other namespaces are not among them, where only those of one may be listed. */
  notElsewhere?: unknown;
}

const lists = new OnceARun<Labelled>();

/**
 * The Clusters with the owner label of a component, in all namespaces, or else, where those may not be listed, in the
 * given one. All databases of a program share one list. Throws without an answer.
 */
export async function ownClusters(
  kubernetes: KubernetesArgs,
  owner: string,
  namespace: string,
): Promise<OwnClusters> {
  try {
    return { clusters: madeBy(owner, await componentClusters(kubernetes, "")) };
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    const here = await componentClusters(kubernetes, `/namespaces/${namespace}`);
    return { clusters: madeBy(owner, here), notElsewhere: error };
  }
}

const componentClusters = (kubernetes: KubernetesArgs, within: string): Promise<Labelled> =>
  lists.answer(JSON.stringify([kubernetes, within]), async () => {
    const path = `/apis/${apiVersions.Cluster}${within}/clusters?labelSelector=${encodeURIComponent(ownerLabel)}`;
    try {
      return await allPages(kubernetes, `${path}&limit=500`);
    } catch (error) {
      // Without CloudNativePG there are none.
      if (statusOf(error) === 404) return [];
      throw error;
    }
  });

async function allPages(kubernetes: KubernetesArgs, path: string): Promise<Labelled> {
  const all: Labelled = [];
  for (let next: string | undefined = ""; next !== undefined;) {
    const page: string = next === "" ? path : `${path}&continue=${encodeURIComponent(next)}`;
    const answer = await withDeadline(10_000, (deadline) =>
      kubeGet(kubernetes, page, deadline, metadataAlone),
    );
    const { items, metadata } = metadataList.parse(answer);
    all.push(...items);
    next = metadata.continue === "" ? undefined : metadata.continue;
  }
  return all;
}

const madeBy = (owner: string, clusters: Labelled): ObjectName[] =>
  clusters
    .map(({ metadata }) => metadata)
    .filter(({ labels }) => labels[ownerLabel] === owner)
    .map(({ namespace, name }) => ({ namespace, name }));
