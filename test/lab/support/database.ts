import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { until } from "../../../lab/wait.ts";
import { kubectl, must, mustPulumi, on, pulumi } from "./lab.ts";
import type { Outcome } from "./lab.ts";
import { bucket, configFile, endpoint } from "./stack.ts";
import { checkoutCopy, labState } from "./workspace.ts";

/** `up` as CI would run it. */
export const up = ["up", "--yes", "--skip-preview"];

/** An entry of `cnpg-rgw:databases` that fits the lab: its PostgreSQL image, a small volume, one instance. */
export function entry(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name,
    namespace: "demo",
    instances: 1,
    imageName: "localhost/postgresql:17",
    storage: { size: "1Gi" },
    ...more,
  };
}

/** Writes the list of databases into the stack's config, as {@link setDatabasesByCommand} does in more time. */
export function setDatabases(entries: Record<string, unknown>[]): void {
  setPlain("databases", entries.length === 0 ? undefined : entries);
}

/** A plain value of the stack's config; undefined removes it. */
export function setPlain(key: string, value: unknown): void {
  const document = parseDocument(readFileSync(configFile, "utf8"));
  const path = ["config", `cnpg-rgw:${key}`];
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, value);
  writeFileSync(configFile, document.toString());
}

/** Writes the list of databases into the stack's config by the command that the README gives to users. */
export async function setDatabasesByCommand(entries: Record<string, unknown>[]): Promise<void> {
  setDatabases([]);
  const settings = entries.flatMap((each, i) => flattened(`cnpg-rgw:databases[${i}]`, each));
  const plaintext = settings.flatMap((setting) => ["--plaintext", setting]);
  await mustPulumi(["config", "set-all", "--path", ...plaintext]);
}

function flattened(path: string, value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [`${path}=${String(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => flattened(`${path}.${key}`, inner));
}

/** An entry that goes when it is taken out of the list. */
export const passing = (name: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  entry(name, { deletion: { protect: false }, ...more });

/**
 * Starts over: the stack is up, with no database in it, in the cluster or in its config. What they left in the bucket
 * stays. Takes its time only where there is something to do.
 */
export async function withoutDatabases(): Promise<void> {
  setDatabases([]);
  // Tests that ran before may have left another one.
  setPlain("path", "/lab");
  if ((await clustersLeft()) === "" && (await databasesOfStack()).join() === "none") return;
  await mustPulumi(["state", "unprotect", "--all", "--yes"]);
  // By this label the program would refuse to let protected ones go.
  await on("workstation", ["kubectl", "label", clusters, "--all", "-A", "cnpg-rgw/protected-"]);
  if ((await pulumi(up)).code === 0 && (await clustersLeft()) === "") return;
  // A test that failed has left something that the stack does not know, or that it knows and is gone.
  await on("workstation", ["kubectl", "delete", clusters, "--all", "-A", "--timeout=120s"]);
  await mustPulumi(["up", "--refresh", ...up.slice(1)]);
}

const clusters = "clusters.postgresql.cnpg.io";

async function clustersLeft(): Promise<string> {
  return (await on("workstation", ["kubectl", "get", clusters, "-A", "-o", "name"])).stdout;
}

/** Names; `none` for a stack that is up without any. */
async function databasesOfStack(): Promise<string[]> {
  const printed = await must("workstation", ["pulumi", "stack", "output", "--json"]);
  const outputs = z.object({ databases: z.record(z.string(), z.unknown()).optional() });
  const { databases } = outputs.parse(JSON.parse(printed));
  const names = Object.keys(databases ?? {});
  return databases !== undefined && names.length === 0 ? ["none"] : names;
}

export interface Database {
  namespace: string;
  name: string;
}
export const inDemo = (name: string): Database => ({ namespace: "demo", name });

export async function primaryOf({ namespace, name }: Database): Promise<string> {
  return kubectl("-n", namespace, "get", "cluster", name, "-o", "jsonpath={.status.currentPrimary}");
}

/** Runs SQL in the database `app` of the primary, each statement on its own; returns what it prints. */
export async function sql({ namespace, name }: Database, statements: string): Promise<string> {
  const psql = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "app"];
  // The Service of the primary: who that is need not be asked first.
  const pod = ["-n", namespace, "exec", "-i", `service/${name}-rw`, "-c", "postgres"];
  return (await must("workstation", ["kubectl", ...pod, "--", ...psql], { input: statements })).trim();
}

/** What the database takes for now, as `recovery.targetTime` wants it. */
export async function moment(database: Database): Promise<string> {
  const format = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
  return sql(database, `select to_char(clock_timestamp() at time zone 'utc', ${format});`);
}

/** Several schemas, a table with binary values, and large objects. */
export const load = `
create schema sales;
create schema "Übersee";
create table sales.orders (id int primary key, note text not null);
insert into sales.orders select g, md5(g::text) from generate_series(1, 50000) g;
create table "Übersee"."Akten" (id int primary key, body bytea not null);
insert into "Übersee"."Akten" select g, decode(repeat(md5(g::text), 64), 'hex') from generate_series(1, 500) g;
select count(lo_from_bytea(0, decode(repeat(md5(g::text), 8000), 'hex'))) from generate_series(1, 5) g;
`;

/** Says in one line what all rows and large objects are. */
export async function fingerprint(database: Database): Promise<string> {
  return sql(
    database,
    `select count(*), md5(string_agg(id || note, ',' order by id)) from sales.orders;
     select count(*), md5(string_agg(id || md5(body), ',' order by id)) from "Übersee"."Akten";
     select count(*), md5(string_agg(md5(lo_get(oid)), ',' order by oid)) from pg_largeobject_metadata;`,
  );
}

/**
 * Closes the current WAL segment and waits until it is archived. An empty one would not be closed. The switch is a
 * statement of its own: in one transaction with the rows, their COMMIT would be in the next segment.
 */
export async function archiveNow(database: Database, timeoutMs = 120_000): Promise<void> {
  await sql(database, "select pg_logical_emit_message(false, 'cnpg-rgw', 'not empty');");
  await untilArchived(database, await sql(database, "select pg_walfile_name(pg_switch_wal());"), timeoutMs);
}

/** Waits until what was written is archived although nobody closes the segment: archive_timeout, and a while. */
export async function archivedByTimeout(database: Database): Promise<void> {
  const segment = await sql(database, "select pg_walfile_name(pg_current_wal_insert_lsn());");
  await untilArchived(database, segment, (5 * 60 + 45) * 1_000);
}

async function untilArchived(database: Database, segment: string, timeoutMs: number): Promise<void> {
  await until({ what: `WAL ${segment} to be archived`, timeoutMs, intervalMs: 1_000 }, async () => {
    const archived = await sql(database, "select last_archived_wal from pg_stat_archiver;");
    return archived >= segment || `the last one is ${archived}`;
  });
}

const backups = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ cluster: z.object({ name: z.string() }), method: z.string() }),
      status: z
        .object({
          phase: z.string().optional(),
          error: z.string().optional(),
          backupId: z.string().optional(),
        })
        .optional(),
    }),
  ),
});
export type Backup = z.infer<typeof backups>["items"][number];

export async function backupsOf({ namespace, name }: Database): Promise<Backup[]> {
  const found = backups.parse(JSON.parse(await kubectl("-n", namespace, "get", "backups", "-o", "json")));
  return found.items.filter(({ spec }) => spec.cluster.name === name);
}

/** Points the stack at RGW's https port, whose certificate is from the lab's private CA; or back at the plain one. */
export function overHttps(isOn: boolean): void {
  setPlain("endpoint", isOn ? "https://10.0.0.10:7443" : "http://10.0.0.10:7480");
  setPlain("caBundle", isOn ? readFileSync(join(labState, "pve", "access", "ca.crt"), "utf8") : undefined);
}

/** Archived and failed WAL segments so far, by PostgreSQL's own count. */
export async function archiver(database: Database): Promise<{ archived: number; failed: number }> {
  const counts = await sql(database, "select archived_count, failed_count from pg_stat_archiver;");
  const [archived = 0, failed = 0] = counts.split("|").map(Number);
  return { archived, failed };
}

/** Waits until a number of base backups are complete; a failed one ends the wait. */
export async function completedBackups(database: Database, count = 1): Promise<Backup[]> {
  let found: Backup[] = [];
  const what = `${count} completed backup(s) of ${database.name}`;
  await until({ what, timeoutMs: 180_000, intervalMs: 1_000 }, async () => {
    found = await backupsOf(database);
    if (found.some(({ status }) => status?.phase === "failed")) return true;
    const completed = found.filter(({ status }) => status?.phase === "completed");
    return completed.length >= count || found.map(({ status }) => status?.phase ?? "new").join(", ");
  });
  const failed = found.find(({ status }) => status?.phase === "failed");
  assert.equal(failed, undefined, JSON.stringify(failed?.status));
  return found;
}

/** Deletes a Cluster and its volumes behind Pulumi's back, as an accident would. */
export async function loseCluster({ namespace, name }: Database): Promise<void> {
  await kubectl("-n", namespace, "delete", "cluster", name, "--wait=true", "--timeout=120s");
  await until({ what: `the volumes of ${name} to go`, timeoutMs: 60_000, intervalMs: 1_000 }, async () => {
    const left = await kubectl("-n", namespace, "get", "pvc", "-l", `cnpg.io/cluster=${name}`, "-o", "name");
    return left === "" || left;
  });
}

/** What `npm run archive` says of a database, with the values of its Secret in the environment. */
export async function archiveCheck(
  { name }: Database,
  keys: { accessKeyId: string; secretAccessKey: string },
  options: readonly string[] = [],
): Promise<Outcome> {
  const env = {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_PATH: "/lab",
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  const tool = join(checkoutCopy, "tools", "archive-check.ts");
  return on("workstation", ["node", tool, name, ...options], { env });
}

/** Waits until the operator says of a database that its WAL is not archived. */
export async function untilArchivingFails(database: Database): Promise<void> {
  await until({ what: "the condition ContinuousArchiving to be false", timeoutMs: 90_000 }, async () => {
    // Something to archive, again and again: the archiver waits a minute after three attempts.
    await sql(database, "create table if not exists noise (); drop table noise; select pg_switch_wal();");
    const found = await condition(database, "ContinuousArchiving");
    return found.startsWith("False") || found;
  });
}

/** The status of a Cluster's condition, with its message. */
export async function condition({ namespace, name }: Database, type: string): Promise<string> {
  const path = `jsonpath={.status.conditions[?(@.type=="${type}")]['status','message']}`;
  const outcome = await on("workstation", ["kubectl", "-n", namespace, "get", "cluster", name, "-o", path]);
  return outcome.stdout;
}

interface BackupSpec {
  target?: "primary";
  /** Default: `plugin`. */
  method?: "plugin" | "barmanObjectStore";
}

/** Takes a base backup now and waits for it. Returns its id in the bucket. */
export async function backUp(database: Database, name: string, spec: BackupSpec = {}): Promise<string> {
  const before = await completedBackups(database, 0);
  await startBackup(database, name, spec);
  const done = await completedBackups(database, before.length + 1);
  return done.find(({ metadata }) => metadata.name === name)?.status?.backupId ?? "";
}

/** As `kubectl apply` of a Backup does. */
export async function startBackup(
  { namespace, name: cluster }: Database,
  name: string,
  { method = "plugin", ...spec }: BackupSpec = {},
): Promise<void> {
  const plugin = { pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" } };
  const manifest = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Backup",
    metadata: { name, namespace },
    spec: {
      ...spec,
      cluster: { name: cluster },
      method,
      ...(method === "plugin" && plugin),
    },
  };
  await must("workstation", ["kubectl", "apply", "-f", "-"], { input: JSON.stringify(manifest) });
}
