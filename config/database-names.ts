import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type ClusterArgs, getOrUndefined } from "../components/cnpg/cluster.ts";
import { ownerLabel, ownerOf } from "../components/cnpg/owner.ts";
import { postgresClusterType, protectedLabel } from "../components/cnpg/postgres/labels.ts";
import type { StackConfig } from "../config.ts";
import { byHand, keyName, setCommand } from "./commands.ts";
import type { Problem } from "./problems.ts";

/** Name of the component that an entry of `databases` becomes. */
export const databaseComponent = (name: string): string => `database-${name}`;

type Database = Pick<StackConfig["databases"][number], "name" | "namespace">;

interface LiveDatabase extends Database {
  labels: Record<string, string>;
}

/**
 * A running database of this stack whose entry is not there any more: to the engine, one with a new name is another one,
 * and the old one goes with its volumes. Nothing where the cluster does not say what it runs.
 */
export async function lostDatabases(
  { databases }: { databases: readonly Database[] },
  cluster: ClusterArgs,
): Promise<Problem[]> {
  const live = await liveDatabases(cluster);
  const owned = await Promise.all(live.map(isOfThisStack));
  const lost = live.filter((each, i) => owned[i] && !databases.some((entry) => isSame(entry, each)));
  const added = databases.flatMap((entry, index) =>
    live.some((each) => isSame(entry, each)) ? [] : [{ ...entry, index }],
  );
  return lost.flatMap((each) => {
    if (added.length > 0) return [renamed(each, added)];
    return each.labels[protectedLabel] === undefined ? [] : [stillProtected(each)];
  });
}

const isSame = (a: Database, b: Database): boolean => a.name === b.name && a.namespace === b.namespace;

async function isOfThisStack({ name, labels }: LiveDatabase): Promise<boolean> {
  const label = labels[ownerLabel];
  if (label === undefined) return false;
  const urn = pulumi.createUrn(databaseComponent(name), postgresClusterType);
  return label === (await ownerOf({ urn }));
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

/** The Clusters of all namespaces, but for those that are on their way out. */
async function liveDatabases(cluster: ClusterArgs): Promise<LiveDatabase[]> {
  const found = clusterList.safeParse(await getOrUndefined(cluster, "/apis/postgresql.cnpg.io/v1/clusters"));
  return (found.data?.items ?? [])
    .map(({ metadata }) => metadata)
    .filter(({ deletionTimestamp }) => deletionTimestamp === undefined);
}

const shownName = ({ namespace, name }: Database): string => `${namespace}/${name}`;

function renamed(lost: Database, added: (Database & { index: number })[]): Problem {
  const names = added.map(shownName).join(", ");
  const message =
    `Database ${shownName(lost)} of this stack is not in cnpg-rgw:databases any more, and ${names} is new there. A name ` +
    "and a namespace are for life: Kubernetes would delete the old one and its volumes, and start an empty one. Keep the " +
    `entry of ${shownName(lost)}, and add one with a name of its own and recovery.from "${lost.name}"; if ` +
    `${shownName(lost)} is really to go, remove it in one \`pulumi up\`, and add ${names} in the next`;
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
    `Database ${shownName(lost)} of this stack is not in cnpg-rgw:databases any more, and is protected from deletion, ` +
    `which would take its volumes along. Put the entry back. If the database is to go, put it back with ` +
    `deletion.protect false (${keyName(["databases"])}[…].deletion.protect), run \`pulumi up\`, and then remove it. If it was ` +
    `taken out of the stack's hands by \`pulumi state unprotect\` or \`pulumi state delete\`: ${label}`;
  return { message, fix: byHand };
}
