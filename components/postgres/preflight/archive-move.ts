import { archiveUrl } from "../../archive/location.ts";
import type { ArchivePlace } from "../cluster/facts.ts";
import type { PresentCluster } from "../cluster/live-cluster.ts";
import type { Plan } from "../plan/plan.ts";
import { type Verdict, refused, warned } from "./verdict.ts";

/** Where a running Cluster archives, and where it is to archive from now on. */
export interface ArchiveMove {
  /** Whether just the store's address changes: that may be another store, or the same one. */
  isAddress: boolean;
  from: string;
  to: string;

  /** System identifier of the running Cluster's data, where Kubernetes says it. */
  systemId?: string | undefined;
}

/** What the plan changes about where a running Cluster archives; nothing where that cannot be told. */
export function archiveMove(
  plan: Plan,
  { serverName = plan.serverName, systemId }: Pick<PresentCluster, "serverName" | "systemId">,
  place: ArchivePlace | undefined,
): ArchiveMove | undefined {
  const below = withoutSpareSlashes(place?.destinationPath ?? plan.destinationPath);
  const [from, to] = [`${below}/${serverName}`, archiveUrl(plan.archive)];
  const known = systemId === undefined ? {} : { systemId };
  if (from !== to) return { isAddress: false, from, to, ...known };
  if (
    place?.endpoint === undefined ||
    withoutSpareSlashes(place.endpoint) === withoutSpareSlashes(plan.endpoint)
  )
    return undefined;
  return { isAddress: true, from: place.endpoint, to: plan.endpoint, ...known };
}

const withoutSpareSlashes = (url: string): string => url.replace(/([^:])\/{2,}/g, "$1/").replace(/\/$/, "");

/** What the bucket holds where a Cluster is to archive from now on. */
export interface MoveLook {
  isOccupied: boolean;

  /** Of an address that changes: those of its base backups and WAL. */
  systemIds: string[];
}

/**
 * What speaks against a move: the new place must be empty, and has no base backup then. That of the same name at another
 * address may hold copies, or be the same store: then it holds what this database has archived, and no other.
 */
export function moveVerdict(plan: Plan, move: ArchiveMove, look: MoveLook): Verdict {
  if (move.isAddress) return addressVerdict(plan, move, look);
  const { from, to } = move;
  const database = `Database ${plan.namespace}/${plan.clusterName}`;
  if (look.isOccupied) {
    return refused(
      `${database} archives to ${from}, and the plan says ${to}, which holds WAL or backups already. ` +
        "Two databases that archive to one place make the backups of both unusable. Keep the current bucket, path and " +
        "backup.serverName, or choose an empty place.",
    );
  }
  return warned(
    `${database} archives to ${to} from now on, and takes a base backup there at once. What it has at ${from} stays ` +
      "there, and retention no longer deletes it. To recover to a moment before this change, set that bucket, path and " +
      "serverName in recovery.",
  );
}

function addressVerdict(
  plan: Plan,
  { from, to, systemId }: ArchiveMove,
  { isOccupied, systemIds }: MoveLook,
): Verdict {
  const database = `Database ${plan.namespace}/${plan.clusterName}`;
  const others = systemId === undefined ? [] : systemIds.filter((id) => id !== systemId);
  if (others.length > 0) {
    return refused(
      `${database} archives to the store at ${from}, and the plan says ${to}, where ${archiveUrl(plan.archive)} holds ` +
        `backups of another database (system identifier ${others.join(", ")}; that of this one is ${systemId ?? ""}). Two ` +
        "databases that archive to one place make the backups of both unusable. Keep the current endpoint, or choose an " +
        "empty place: another bucket, path or backup.serverName.",
    );
  }
  const isUnproven = systemIds.length === 0 ? isOccupied : systemId === undefined;
  return warned(
    `${database} archives to the store at ${to} from now on, and no longer to ${from}. It takes a base backup there at ` +
      "once. If that is another store, it lacks what was archived after its objects were copied." +
      (isUnproven ? ` ${unproven(plan)}` : ""),
  );
}

const unproven = ({ archive }: Plan): string =>
  `Whose backups ${archiveUrl(archive)} holds there could not be told. Make sure that they are this database's: two ` +
  "databases that archive to one place make the backups of both unusable.";
