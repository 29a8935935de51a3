import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import {
  type KubernetesArgs,
  answered,
  getIfThere,
  notAnswered,
  ownerLabel,
  ownerLabelOf,
  postgresClusterType,
  protectedLabel,
  statusOf,
  warnOnce,
} from "../components/internal.ts";
import type { StackConfig } from "../config.ts";
import { byHand, keyName, setCommand } from "./commands.ts";
import type { Problem } from "./problems.ts";

/** Name of the component that an entry of `databases` becomes. */
export const databaseComponent = (name: string): string => `database-${name}`;

type Database = Pick<StackConfig["databases"][number], "name" | "namespace">;

interface LiveDatabase extends Database {
  labels: Record<string, string>;
}

/** As much of the config as says which databases there are, and where others of this stack may be. */
export interface DeclaredDatabases {
  databases: readonly Database[];
  namespaces?: readonly { name: string }[];
}

/**
 * A running database of this stack whose entry is gone. To the engine, a database with a new name is another database,
 * and the old one is deleted with its volumes. An update fails if Kubernetes has to say what runs, and does not.
 */
export async function lostDatabases(
  config: DeclaredDatabases,
  kubernetes: KubernetesArgs,
  isAnswerNeeded = true,
): Promise<Problem[]> {
  const { databases } = config;
  const ask = () => liveDatabases(config, kubernetes);
  const seen = await (isAnswerNeeded
    ? answered({
        what: "a database of this stack runs that is no longer in cnpg-rgw:databases",
        right: listRight,
        ask,
        isNeeded: false,
      })
    : ask().catch(() => undefined));
  const live = seen?.databases ?? [];
  const owned = await Promise.all(live.map(isOfThisStack));
  const lost = live.filter((each, i) => owned[i] && !databases.some((entry) => isSame(entry, each)));
  const added = databases.flatMap((entry, index) =>
    live.some((each) => isSame(entry, each)) ? [] : [{ ...entry, index }],
  );
  if (seen?.unseen !== undefined && added.length > 0) sayUnseen(seen.unseen, added);
  return lost.flatMap((each) => {
    if (added.length > 0) return [renamed(each, added)];
    return each.labels[protectedLabel] === undefined ? [] : [stillProtected(each)];
  });
}

const listRight = "list clusters.postgresql.cnpg.io in all namespaces";

/** What is new in the config may be a new name for one that cannot be seen. */
function sayUnseen({ seenIn, error }: Unseen, added: readonly Database[]): void {
  const where = seenIn.length === 0 ? "any namespace" : `another namespace than ${seenIn.join(", ")}`;
  const what =
    `a database of this stack runs in ${where} that ${added.map(shownName).join(", ")} is a new name of: the old one ` +
    "would be deleted with its volumes";
  warnOnce("unseen databases", notAnswered(what, listRight, error));
}

const isSame = (a: Database, b: Database): boolean => a.name === b.name && a.namespace === b.namespace;

async function isOfThisStack({ name, labels }: LiveDatabase): Promise<boolean> {
  const label = labels[ownerLabel];
  if (label === undefined) return false;
  const urn = pulumi.createUrn(databaseComponent(name), postgresClusterType);
  return label === (await ownerLabelOf({ urn }));
}

const clusterList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
        deletionTimestamp: z.string().optional(),
      }),
    }),
  ),
});

/** Why not all namespaces could be asked, and which ones could. */
interface Unseen {
  seenIn: string[];
  error: unknown;
}

/** The Clusters of all namespaces, or else, where those may not be listed, of each one that the config names. */
async function liveDatabases(
  { databases, namespaces = [] }: DeclaredDatabases,
  kubernetes: KubernetesArgs,
): Promise<{ databases: LiveDatabase[]; unseen?: Unseen }> {
  try {
    return { databases: await databasesIn(kubernetes) };
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    const names = new Set([
      ...namespaces.map(({ name }) => name),
      ...databases.map((each) => each.namespace),
    ]);
    const asked = await Promise.all(
      [...names].map(async (name) => ({ name, found: await ifAllowed(kubernetes, name) })),
    );
    const seenIn = asked.flatMap(({ name, found }) => (found ? [name] : []));
    return { databases: asked.flatMap(({ found }) => found ?? []), unseen: { seenIn, error } };
  }
}

async function ifAllowed(kubernetes: KubernetesArgs, namespace: string): Promise<LiveDatabase[] | undefined> {
  try {
    return await databasesIn(kubernetes, namespace);
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    return undefined;
  }
}

/** The Clusters of a namespace, or of all, but for those that are on their way out. */
async function databasesIn(kubernetes: KubernetesArgs, namespace?: string): Promise<LiveDatabase[]> {
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const found = await getIfThere(kubernetes, `/apis/postgresql.cnpg.io/v1${within}/clusters`, clusterList);
  return (found?.items ?? [])
    .map(({ metadata }) => metadata)
    .filter(({ deletionTimestamp }) => deletionTimestamp === undefined);
}

const shownName = ({ namespace, name }: Database): string => `${namespace}/${name}`;

function renamed(lost: Database, added: (Database & { index: number })[]): Problem {
  const names = added.map(shownName).join(", ");
  const message =
    `Database ${shownName(lost)} of this stack is no longer in cnpg-rgw:databases, and ${names} is new there. A database ` +
    "cannot be renamed or moved to another namespace: Kubernetes would delete it and its volumes, and start an empty " +
    `one. Keep the entry of ${shownName(lost)}, and add one with a new name and recovery.from "${lost.name}". If you want ` +
    `to delete ${shownName(lost)}, remove it in one \`pulumi up\`, and add ${names} in the next`;
  const [only, ...others] = added;
  return { message, fix: only && others.length === 0 ? changedBack(lost, only) : byHand };
}

function changedBack(lost: Database, { index, ...entry }: Database & { index: number }): string {
  const keys = (["name", "namespace"] as const).filter((key) => entry[key] !== lost[key]);
  return keys.map((key) => setCommand(["databases", index, key], lost[key])).join(" && ");
}

function stillProtected(lost: Database): Problem {
  const label = `kubectl -n ${lost.namespace} label clusters.postgresql.cnpg.io ${lost.name} ${ownerLabel}-`;
  const message =
    `Database ${shownName(lost)} of this stack is no longer in cnpg-rgw:databases, but it is protected from deletion, ` +
    `which would delete its volumes too. Put the entry back. If you want to delete the database, put it back with ` +
    `deletion.protect false (${keyName(["databases"])}[…].deletion.protect), run \`pulumi up\`, and then remove it. If you ` +
    `released it with \`pulumi state unprotect\` or \`pulumi state delete\`: ${label}`;
  return { message, fix: byHand };
}
