import { type VolumeClaim, type VolumeRole, classesOf } from "../cluster/volume-claims.ts";
import type { PresentCluster } from "../cluster/live-cluster.ts";
import { storageClassOf } from "../cluster/facts.ts";
import { isLess } from "../../kubernetes/quantity.ts";
import { type Verdict, nothingToSay, warned } from "./verdict.ts";

/** What a Cluster's spec says of its volumes, as far as it matters here. */
export interface VolumeSpec {
  /** Kubernetes quantity. */
  size?: string | undefined;
  storageClass?: string | undefined;
  pvcTemplate?: { storageClassName?: string | undefined } | undefined;

  /** Whether volumes that are there follow a larger size. Default: true. */
  resizeInUseVolumes?: boolean | undefined;
}

export interface VolumeSpecs {
  storage?: VolumeSpec | undefined;
  walStorage?: VolumeSpec | undefined;
}

/** The StorageClasses of volumes that are to grow to what is planned. */
export function classesToGrow(
  { storage, walStorage }: VolumeSpecs,
  live: PresentCluster,
  claims: readonly VolumeClaim[],
): string[] {
  const roles: VolumeRole[] = [
    ...(grows(storage, live.storageSize) ? (["PG_DATA"] as const) : []),
    ...(grows(walStorage, live.walStorageSize) ? (["PG_WAL"] as const) : []),
  ];
  return classesOf(claims, roles);
}

const grows = (planned: VolumeSpec | undefined, live: string | undefined): boolean =>
  planned?.resizeInUseVolumes !== false && isLess(live, planned?.size);

/**
 * Why volumes cannot grow to what is planned. The operator would be refused by Kubernetes again and again, and only its
 * log would say so.
 * @param fixedClasses the StorageClasses of those that are to, and that allow it not
 */
export function growthProblem(
  { namespace, name }: PresentCluster,
  [storageClassName]: readonly string[],
): string | undefined {
  if (storageClassName === undefined) return undefined;
  return (
    `Database ${namespace}/${name}: its volumes cannot grow, because StorageClass ${storageClassName} has no ` +
    "allowVolumeExpansion: true. If its provisioner can enlarge volumes, turn it on: kubectl patch storageclass " +
    `${storageClassName} -p '{"allowVolumeExpansion":true}'. If not, set resizeInUseVolumes to false below spec.storage ` +
    "(or spec.walStorage): new instances get the larger volumes. Then add an instance, and remove each old one with " +
    `its volume, the primary last: ${replaceInstance({ namespace, name })}.`
  );
}

/** Volumes that are there do not follow another StorageClass. */
export function storageClassVerdict(
  { storage }: VolumeSpecs,
  live: PresentCluster,
  claims: readonly VolumeClaim[],
): Verdict {
  const planned = storageClassOf(storage);
  if (planned === live.storageClass) return nothingToSay;
  const stale = classesOf(claims, ["PG_DATA"]).filter((name) => name !== planned);
  if (stale.length === 0) return nothingToSay;
  return warned(
    `Database ${live.namespace}/${live.name} gets its next volumes from ` +
      `${planned === undefined ? "the default StorageClass" : `StorageClass ${planned}`}; those that it has stay in ` +
      `${stale.join(", ")}. To move them, add an instance, and remove each old one with its volume, the primary last: ` +
      `${replaceInstance(live)}.`,
  );
}

/** What a user types to have an instance go, and its volume with it. */
const replaceInstance = ({ namespace, name }: Pick<PresentCluster, "namespace" | "name">): string =>
  `kubectl cnpg promote ${name} NEW -n ${namespace}, where OLD is the primary, then kubectl cnpg destroy ${name} OLD ` +
  `-n ${namespace}`;
