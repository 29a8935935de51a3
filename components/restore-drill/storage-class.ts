import { z } from "zod";

import type { KubernetesArgs } from "../kubernetes/kubernetes-args.ts";
import { getOrUndefined } from "../kubernetes/questions.ts";
import type { DrillJob } from "./settings.ts";

const volume = z.object({ storageClass: z.string().optional() }).optional();
const liveCluster = z.object({ spec: z.object({ storage: volume, walStorage: volume }) });
const storageClass = z.object({ reclaimPolicy: z.string().optional() });

type Known = Pick<DrillJob, "namespace" | "clusterName" | "storageClass">;

/**
 * Says which StorageClass would keep the volumes of deleted copies: each drill would leave all of the database's data
 * behind. The drill's own account cannot ask, since StorageClasses are in no namespace. No answer is no problem.
 */
export async function keepsVolumes(cluster: KubernetesArgs, job: Known): Promise<string | undefined> {
  const classes = await Promise.all(
    (await classesOf(cluster, job)).map(async (name) => {
      const found = await getOrUndefined(cluster, `/apis/storage.k8s.io/v1/storageclasses/${name}`);
      return { name, isKept: storageClass.safeParse(found).data?.reclaimPolicy === "Retain" };
    }),
  );
  const kept = classes.find(({ isKept }) => isKept);
  return (
    kept &&
    `The restore drill of ${job.namespace}/${job.clusterName} is suspended: StorageClass ${kept.name} has reclaimPolicy ` +
      "Retain, so each drill would leave a volume with a copy of the data. Set storageClass of its drill to one with " +
      "reclaimPolicy Delete (kubectl get storageclasses)."
  );
}

async function classesOf(
  cluster: KubernetesArgs,
  { namespace, clusterName, storageClass }: Known,
): Promise<string[]> {
  if (storageClass !== null) return [storageClass];
  const path = `/apis/postgresql.cnpg.io/v1/namespaces/${namespace}/clusters/${clusterName}`;
  const spec = liveCluster.safeParse(await getOrUndefined(cluster, path)).data?.spec;
  const given = [spec?.storage?.storageClass, spec?.walStorage?.storageClass];
  return [...new Set(given.filter((name) => name !== undefined))];
}
