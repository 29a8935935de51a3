import { shown } from "../../check.ts";
import type { LiveCluster, PresentCluster } from "./live-cluster.ts";
import { postgresMajorOf } from "./postgres-major.ts";
import { billionthsOf } from "./quantity.ts";

/** What a stack means to make of a Cluster that may be running already. */
export interface PlannedCluster {
  /** Kubernetes quantity of the data volume. */
  storageSize?: string | undefined;

  /** Kubernetes quantity of the WAL volume; none: no such volume. */
  walStorageSize?: string | undefined;

  /** The name to archive under; none: no backups. */
  serverName?: string | undefined;
  imageName?: string | undefined;
}

type Rule = (planned: PlannedCluster, live: PresentCluster) => string | undefined;

/** Why a running Cluster cannot become the planned one, and what to do instead; nothing where it can. */
export function liveProblem(planned: PlannedCluster, live: LiveCluster): string | undefined {
  if (live.state !== "present") return undefined;
  const problems = rules.map((rule) => rule(planned, live)).filter((problem) => problem !== undefined);
  return problems.length === 0 ? undefined : `Database ${live.namespace}/${live.name}: ${problems.join(" ")}`;
}

const storageRule: Rule = (planned, live) =>
  shrinks(planned.storageSize, live.storageSize)
    ? `the storage is ${live.storageSize} and cannot shrink to ${planned.storageSize}, since Kubernetes only` +
      ` enlarges volumes. Keep ${live.storageSize}; to get a smaller volume, recover into a new database of that` +
      ` size, and remove this one once the new one is in use.`
    : undefined;

const walStorageRule: Rule = (planned, { walStorageSize }) => {
  if (walStorageSize === undefined) return undefined;
  if (planned.walStorageSize === undefined) {
    return (
      `it has a WAL volume of ${walStorageSize}, and CloudNativePG cannot take that away. Keep walStorage with` +
      ` ${walStorageSize}; to be without, recover into a new database that has none.`
    );
  }
  return shrinks(planned.walStorageSize, walStorageSize)
    ? `the WAL volume is ${walStorageSize} and cannot shrink to ${planned.walStorageSize}. Keep ${walStorageSize},` +
        ` or recover into a new database with the smaller one.`
    : undefined;
};

const lineageRule: Rule = ({ serverName }, live) =>
  serverName !== undefined && live.serverName !== undefined && serverName !== live.serverName
    ? `it archives as ${shown(live.serverName)}, and the plan says ${shown(serverName)}: no WAL that is archived from` +
      ` then on would fit the base backups that there are. Keep serverName ${shown(live.serverName)}; a name of its` +
      ` own is for a new database, such as one recovered from this one.`
    : undefined;

const majorRule: Rule = ({ imageName }, live) => {
  const planned = postgresMajorOf(imageName);
  if (planned === undefined || live.postgresMajor === undefined || planned >= live.postgresMajor)
    return undefined;
  return (
    `its data is of PostgreSQL ${live.postgresMajor}, which PostgreSQL ${planned} (image ${shown(imageName ?? "")})` +
    ` cannot read. Stay with an image of PostgreSQL ${live.postgresMajor} or newer; the only way back is a logical` +
    ` dump (pg_dump) into a new database.`
  );
};

const rules = [storageRule, walStorageRule, lineageRule, majorRule];

function shrinks(planned: string | undefined, live: string | undefined): boolean {
  const [to, from] = [planned, live].map((size) => (size === undefined ? undefined : billionthsOf(size)));
  return to !== undefined && from !== undefined && to < from;
}
