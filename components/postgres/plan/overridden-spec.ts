import { shown } from "../../pulumi/arguments.ts";
import { barmanPlugin } from "../../archive/barman.ts";
import { isObject } from "../../text/merge.ts";
import { usesPlugin } from "../defaults.ts";
import { resourcesProblem } from "./containers.ts";
import { type Plan, ownClusterSpec, sourceName } from "./plan.ts";
import { barmanImageRule, dataCompressionRule } from "../rules/rules.ts";
import type { Settings } from "../settings.ts";
import { argumentsProblem, bootstrapProblem } from "./user-spec.ts";

type Path = readonly string[];

const plugin: Path = ["plugins", barmanPlugin];
const source: Path = ["externalClusters", sourceName];

/** What a Cluster archives by and recovers from; of these it has the ones of its method. */
const vital: readonly Path[] = [
  [...plugin, "isWALArchiver"],
  [...plugin, "parameters", "barmanObjectName"],
  [...plugin, "parameters", "serverName"],
  ["backup", "barmanObjectStore", "destinationPath"],
  ["backup", "barmanObjectStore", "serverName"],
  ["bootstrap", "recovery", "source"],
  [...source, "plugin", "name"],
  [...source, "plugin", "parameters", "barmanObjectName"],
  [...source, "plugin", "parameters", "serverName"],
  [...source, "barmanObjectStore", "destinationPath"],
  [...source, "barmanObjectStore", "serverName"],
];

/**
 * Why a Cluster, with the user's `spec` merged over it, would be without the backups or the recovery that the other
 * arguments declare: the operator takes it, and nothing is archived, or in another place.
 */
export function planProblem(settings: Settings, plan: Plan): string | undefined {
  const problem =
    bootstrapProblem(settings) ??
    specProblem(settings, plan) ??
    objectStoreProblem(plan) ??
    inTreeProblem(settings, plan) ??
    argumentsProblem(plan) ??
    resourcesProblem(plan);
  return problem && `Database ${plan.namespace}/${plan.clusterName}: ${problem}`;
}

function specProblem(settings: Settings, { cluster, serverName }: Plan): string | undefined {
  const own = ownClusterSpec(settings, serverName);
  const changed = vital.find((path) => at(own, path) !== undefined && at(cluster, path) !== at(own, path));
  if (changed) return mustStay(changed, at(own, changed), at(cluster, changed));
  const switches = [plugin, [...source, "plugin"]].filter((path) => at(own, path) !== undefined);
  const off = switches.map((path) => [...path, "enabled"]).find((path) => at(cluster, path) === false);
  return off && mustStay(off, true, false);
}

/** Where the looks into the bucket, the outputs and the recovery command would not be. */
function objectStoreProblem({ objectStore, destinationPath }: Plan): string | undefined {
  const path = ["configuration", "destinationPath"];
  const is = at(objectStore, path);
  if (is === destinationPath) return undefined;
  return (
    `its backups need backup.objectStore.${path.join(".")} to be ${brief(destinationPath)}, and it is ${brief(is)}. Take ` +
    "that out of backup.objectStore: bucket and path of backup.store say where WAL and base backups are."
  );
}

/** The CRD and the rules of single arguments know nothing of what the in-tree method finds in the image. */
function inTreeProblem({ backup }: Settings, { cluster }: Plan): string | undefined {
  if (usesPlugin(backup.method)) return undefined;
  const path = ["backup", "barmanObjectStore", "data", "compression"];
  const [compression, image] = [at(cluster, path), cluster.imageName];
  const ofCompression =
    typeof compression === "string" ? dataCompressionRule(backup.method)(compression) : undefined;
  if (ofCompression !== undefined) return `${named(path)} ${ofCompression}`;
  const ofImage = typeof image === "string" ? barmanImageRule(backup.method)(image) : undefined;
  return ofImage && `spec.imageName ${ofImage}`;
}

function mustStay(path: Path, mustBe: unknown, is: unknown): string {
  const what = path[0] === "bootstrap" || path[0] === "externalClusters" ? "recovery needs" : "backups need";
  return (
    `its ${what} ${named(path)} to be ${brief(mustBe)}, and it is ${brief(is)}. Take that out of spec: ` +
    "backup and recovery say where WAL and base backups are."
  );
}

const named = (path: Path): string =>
  `spec${path.map((part) => (part === barmanPlugin || part === sourceName ? `[${part}]` : `.${part}`)).join("")}`;

function brief(value: unknown): string {
  if (typeof value === "string") return shown(value);
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  return value === undefined || value === null ? "missing" : "something else";
}

/** What stands at a path; entries of lists go by their name. */
function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, part) => {
    if (Array.isArray(inside)) return inside.find((entry) => isObject(entry) && entry.name === part);
    return isObject(inside) ? inside[part] : undefined;
  }, value);
}
