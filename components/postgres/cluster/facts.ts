import { barmanPlugin } from "../../archive/barman.ts";
import { type Bootstrap, bootstrapOf } from "./bootstrap.ts";
import { type ClusterResource, clusterSpec } from "./cluster-resource.ts";
import { majorAskedFor } from "./postgres-major.ts";

type Spec = ClusterResource["spec"];

/** Where a Cluster archives to. */
export interface ArchivePlace {
  /** Barman's `destinationPath`. */
  destinationPath: string;

  /** URL of the store; none: Amazon's. */
  endpoint: string | undefined;
}

/** Where a Cluster's backups go, and under which name. */
export interface Archiving {
  method: "plugin" | "barmanObjectStore";

  /** Barman's server name, given or by default. */
  serverName: string;

  /** Plugin: the ObjectStore that says where. */
  objectStoreName?: string | undefined;

  /** In-tree: where. */
  place?: ArchivePlace | undefined;
}

/** What of a Cluster's spec matters here. Without a `serverName` it has no backups. */
export interface ClusterFacts extends Partial<Archiving> {
  instances: number;

  /** Kubernetes quantity. */
  storageSize?: string | undefined;

  /** That of the data volume; none: the default one. */
  storageClass?: string | undefined;

  /** Kubernetes quantity; none: WAL is on the data volume. */
  walStorageSize?: string | undefined;
  imageName?: string | undefined;

  /** Major version of PostgreSQL that it asks for: newer than that of its data until pg_upgrade has ended. */
  majorAskedFor?: number | undefined;

  /** What it begins with, where that can be told. */
  bootstrap?: Bootstrap | undefined;
}

/** The one reading of a Cluster's spec, of a running one and of a planned one. */
export function factsOf(name: string, spec: Spec): ClusterFacts {
  return {
    instances: spec.instances,
    storageSize: spec.storage?.size,
    storageClass: storageClassOf(spec.storage),
    walStorageSize: spec.walStorage?.size,
    imageName: spec.imageName,
    majorAskedFor: majorAskedFor(spec),
    ...archivingOf(name, spec),
    bootstrap: bootstrapOf(spec),
  };
}

/** As {@link factsOf}, of a spec that is not read yet; undefined for one that the check of its schema refuses. */
export function plannedFacts(name: string, spec: unknown): ClusterFacts | undefined {
  const read = clusterSpec.safeParse(spec).data;
  return read && factsOf(name, read);
}

function archivingOf(name: string, { plugins, backup }: Spec): Archiving | undefined {
  const plugin = plugins?.find((one) => one.enabled && one.name === barmanPlugin);
  if (plugin) {
    const { serverName = name, barmanObjectName } = plugin.parameters ?? {};
    return { method: "plugin", serverName, objectStoreName: barmanObjectName };
  }
  const store = backup?.barmanObjectStore;
  if (!store) return undefined;
  const { serverName = name, destinationPath, endpointURL: endpoint } = store;
  const place = destinationPath === undefined ? undefined : { destinationPath, endpoint };
  return { method: "barmanObjectStore", serverName, place };
}

/** The StorageClass that is asked for, none: the default one. The operator takes the template's last. */
export const storageClassOf = ({
  storageClass,
  pvcTemplate,
}: {
  storageClass?: string | undefined;
  pvcTemplate?: { storageClassName?: string | undefined } | undefined;
} = {}): string | undefined => storageClass ?? pvcTemplate?.storageClassName;
