import { z } from "zod";

import { type KubernetesArgs, getIfThere, getOrUndefined } from "../../kubernetes/questions.ts";
import { storageClassOf } from "../cluster/facts.ts";
import type { Plan } from "../plan/plan.ts";

/** What volumes of a database that is to be made can be of. */
export interface StorageClasses {
  names: string[];
  hasDefault: boolean;

  /** StorageClass names of volumes that were made by hand and are free; undefined: not asked, or no answer. */
  ofFreeVolumes: string[] | undefined;
}

const storageClasses = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
    }),
  ),
});
const persistentVolumes = z.object({
  items: z.array(
    z.object({
      spec: z.object({ storageClassName: z.string().default("") }),
      status: z.object({ phase: z.string().optional() }).default({}),
    }),
  ),
});

/** Asks for volumes made by hand only where a StorageClass is missing. */
export async function storageClassesFor(
  kubernetes: KubernetesArgs,
  plan: Plan,
): Promise<StorageClasses | undefined> {
  const path = "/apis/storage.k8s.io/v1/storageclasses";
  const found = storageClasses.safeParse(await getOrUndefined(kubernetes, path)).data;
  if (found === undefined) return undefined;
  const classes = {
    names: found.items.map(({ metadata }) => metadata.name),
    hasDefault: found.items.some(({ metadata }) => isDefault(metadata.annotations)),
    ofFreeVolumes: undefined,
  };
  if (missingClasses(plan, classes).length === 0) return classes;
  const volumes = await getIfThere(kubernetes, "/api/v1/persistentvolumes", persistentVolumes).catch(
    () => undefined,
  );
  const ofFreeVolumes = volumes?.items
    .filter(({ status }) => status.phase === "Available")
    .map(({ spec }) => spec.storageClassName);
  return { ...classes, ofFreeVolumes };
}

/** Kubernetes goes by either annotation. */
const isDefault = (annotations: Readonly<Record<string, string>>): boolean =>
  ["storageclass", "storageclass.beta"].some(
    (group) => annotations[`${group}.kubernetes.io/is-default-class`] === "true",
  );

/** Of the planned volumes; undefined is the default one. */
function missingClasses(
  { cluster: { storage, walStorage } }: Plan,
  { names, hasDefault }: Pick<StorageClasses, "names" | "hasDefault">,
): (string | undefined)[] {
  const planned = [storageClassOf(storage), ...(walStorage ? [storageClassOf(walStorage)] : [])];
  return planned.filter((name) => (name === undefined ? !hasDefault : name !== "" && !names.includes(name)));
}

/** Why no volume could be had; undefined also where Kubernetes does not say. */
export function storageClassProblem(plan: Plan, classes: StorageClasses | undefined): string | undefined {
  if (classes === undefined) return undefined;
  const missing = missingClasses(plan, classes);
  if (missing.length === 0) return undefined;
  const [absent] = missing;
  // Volumes that were made by hand need no StorageClass of the name that they bear.
  if (classes.ofFreeVolumes?.includes(absent ?? "") !== false) return undefined;
  const there = classes.names.length === 0 ? "none" : classes.names.join(", ");
  return absent === undefined
    ? `no StorageClass of the cluster is the default one (there are: ${there}). Set storage.storageClass.`
    : `the cluster has no StorageClass "${absent}" (there are: ${there}). Set storage.storageClass to one of them, or make` +
        " it first.";
}
