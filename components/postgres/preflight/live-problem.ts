import { shown } from "../../pulumi/arguments.ts";
import type { ClusterFacts } from "../cluster/facts.ts";
import type { LiveCluster, PresentCluster } from "../cluster/live-cluster.ts";
import { isLess } from "../../kubernetes/quantity.ts";
import type { Bootstrap } from "../cluster/bootstrap.ts";

/** What a stack means to make of a Cluster that may be running already. */
export interface PlannedCluster extends Omit<Partial<ClusterFacts>, "serverName"> {
  /** Undefined where the plan does not say. */
  serverName?: string | undefined;

  /** The file in the archive up to which its data may end. */
  acceptLoss?: string | undefined;
}

type Rule = (planned: PlannedCluster, live: PresentCluster) => string | undefined;

/** Why a running Cluster cannot become the planned one, and what to do instead; nothing where it can. */
export function liveProblem(planned: PlannedCluster, live: LiveCluster): string | undefined {
  if (live.state !== "present") return undefined;
  const problems = rules.map((rule) => rule(planned, live)).filter((problem) => problem !== undefined);
  return problems.length === 0 ? undefined : `Database ${live.namespace}/${live.name}: ${problems.join(" ")}`;
}

const storageRule: Rule = (planned, live) =>
  isLess(planned.storageSize, live.storageSize)
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
  return isLess(planned.walStorageSize, walStorageSize)
    ? `the WAL volume is ${walStorageSize} and cannot shrink to ${planned.walStorageSize}. Keep ${walStorageSize},` +
        ` or recover into a new database with the smaller one.`
    : undefined;
};

const lineageRule: Rule = (planned, live) =>
  planned.serverName !== undefined &&
  live.serverName !== undefined &&
  planned.serverName !== live.serverName &&
  !isUpgrade(planned, live)
    ? `it archives as ${shown(live.serverName)}, and the plan says ${shown(planned.serverName)}: WAL archived under the new` +
      ` name would not fit the existing base backups. Keep serverName ${shown(live.serverName)}; use another name only` +
      ` for a new database, such as one recovered from this one.`
    : undefined;

/** Whether pg_upgrade is to bring the data to a newer major version. */
function isUpgrade({ majorAskedFor: planned }: PlannedCluster, { postgresMajor }: PresentCluster): boolean {
  return planned !== undefined && postgresMajor !== undefined && planned > postgresMajor;
}

/**
 * pg_upgrade gives the data another identity and the first timeline: what is archived after it belongs to no base backup
 * of before, and would be written over WAL of before ("Backup and WAL Archive Considerations" of CloudNativePG's page on
 * upgrades).
 */
const upgradeRule: Rule = (planned, live) => {
  const { serverName, majorAskedFor: after } = planned;
  if (serverName === undefined || serverName !== live.serverName || !isUpgrade(planned, live))
    return undefined;
  // In that place already, by an update that ended before pg_upgrade did, or after it had failed.
  if (after === live.majorAskedFor) return undefined;
  const before = live.postgresMajor;
  const named = `${serverName.replace(/-pg\d+$/, "")}-pg${after}`;
  const proposed = named === serverName ? `${named}-2` : named;
  return (
    `PostgreSQL ${after} (${imageOf(planned)}) needs a place of its own in the archive, because the WAL of` +
    ` PostgreSQL ${after} does not fit a base backup of ${before}. Set backup.serverName to a new name together with the` +
    ` image, such as ${shown(proposed)}. What is archived as ${shown(serverName)} stays: PostgreSQL ${before} can be` +
    ` recovered from it.`
  );
};

const bootstrapRule: Rule = ({ bootstrap: planned }, { bootstrap: was, namespace, name, holdsNothing }) => {
  const difference = planned && was && bootstrapDifference(planned, was);
  if (difference === undefined) return undefined;
  const { is, fix } = difference;
  const said = `${is} This only applies when a Cluster is created. ${fix}, or add a new database with another name.`;
  if (holdsNothing !== true) return said;
  return (
    `${said} Or start over with this one: it never had an instance, and holds nothing. kubectl -n ${namespace} delete` +
    ` clusters.postgresql.cnpg.io ${name}; then pulumi up --refresh.`
  );
};

/** Without its recovery a plan is about a Cluster that was recovered once, and goes on. */
function bootstrapDifference(planned: Bootstrap, was: Bootstrap): { is: string; fix: string } | undefined {
  const [began, wouldBegin] = [describeBootstrap(was), describeBootstrap(planned)];
  if (planned.recoveredFrom !== undefined && began !== wouldBegin) {
    return { is: `it was ${began}, and the plan says ${wouldBegin}.`, fix: "Revert it" };
  }
  const others = applicationKeys.filter(
    ({ key }) => planned[key] !== undefined && was[key] !== undefined && planned[key] !== was[key],
  );
  if (others.length === 0) return undefined;
  const differences = others.map(
    ({ key }) => `its ${key} is ${shown(was[key] ?? "")}, and the plan says ${shown(planned[key] ?? "")}.`,
  );
  // What was recovered has the names of its source, which may have left the program since.
  const settings = others.map(({ key, setting }) => `${setting} to ${shown(was[key] ?? "")}`);
  return { is: differences.join(" "), fix: `Set ${settings.join(" and ")}` };
}

const applicationKeys = [
  { key: "database", setting: "database.name" },
  { key: "owner", setting: "database.owner" },
] as const;

function describeBootstrap({ recoveredFrom, targetTime, backupId }: Bootstrap): string {
  if (recoveredFrom === undefined) return "made empty";
  const backup = backupId === undefined ? "" : ` with backup ${backupId}`;
  const time = targetTime === undefined ? "" : ` to ${targetTime}`;
  return `recovered from ${shown(recoveredFrom)}${backup}${time}`;
}

const imageOf = ({ imageName }: PlannedCluster): string =>
  imageName === undefined ? "an image of the catalog" : `image ${shown(imageName)}`;

const majorRule: Rule = (choice, live) => {
  const { majorAskedFor: planned } = choice;
  if (planned === undefined || live.postgresMajor === undefined || planned >= live.postgresMajor)
    return undefined;
  return (
    `its data is of PostgreSQL ${live.postgresMajor}, which PostgreSQL ${planned} (${imageOf(choice)})` +
    ` cannot read. Stay with an image of PostgreSQL ${live.postgresMajor} or newer; the only way back is a logical` +
    ` dump (pg_dump) into a new database.`
  );
};

/** What came up without all of its data is not to be used as if it were whole. */
const lossRule: Rule = ({ acceptLoss }, { recoveryMark: mark }) =>
  mark?.is !== "short" || mark.missed === acceptLoss
    ? undefined
    : `it has come up without all of its data: its recovery ended before ${mark.missed} in the archive. Recover it again` +
      ", into a database of another name with the same recovery. Or accept the loss: set recovery.acceptLoss to" +
      ` ${shown(mark.missed)}.`;

const rules = [storageRule, walStorageRule, lineageRule, upgradeRule, majorRule, bootstrapRule, lossRule];
