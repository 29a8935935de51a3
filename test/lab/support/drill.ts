import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { drillName, runsKey, runsName } from "../../../components/restore-drill/names.ts";
import { parseRuns } from "../../../components/restore-drill/result.ts";
import type { Run } from "../../../components/restore-drill/result.ts";
import { barmanCloudImages } from "../../../lab/kubernetes/facts.ts";
import { until } from "../../../lab/wait.ts";
import type { Database } from "./database.ts";
import { kubectl, must, mustPulumi, on } from "./lab.ts";
import { bucket } from "./stack.ts";
import { checkoutCopy } from "./workspace.ts";

/** The namespace of drills in the lab. */
export const drills = "cnpg-drill";

/** A stack of its own that drills databases of stack lab. */
const folder = join(checkoutCopy, "test", "lab", "programs", "restore-drill");
const stack = (...args: string[]): Promise<string> => mustPulumi(["--cwd", folder, ...args]);

/** An entry of RestoreDrill's `databases` for one that stack lab made. */
export const drilled = ({ namespace, name }: Database, more: Record<string, unknown> = {}) => ({
  name,
  of: { namespace, clusterName: name, serverName: name, destinationPath: `s3://${bucket}/lab/${name}` },
  // Never by itself in a test.
  schedule: "0 0 1 1 *",
  ...more,
});

export async function makeDrillStack(): Promise<void> {
  await stack("stack", "select", "--create", "drill");
  await stack("config", "set", "image", barmanCloudImages.sidecarImage);
}

/** Declares the drills of databases, and makes them. */
export async function setDrills(databases: readonly object[], ...options: string[]): Promise<string> {
  await stack("config", "set", "databases", JSON.stringify(databases));
  return stack("up", "--yes", "--skip-preview", ...options);
}

export async function removeDrillStack(): Promise<void> {
  await on("workstation", ["pulumi", "--cwd", folder, "destroy", "--yes", "--skip-preview"]);
  await kubectl("delete", "namespace", drills, "--ignore-not-found", "--timeout=120s");
  await on("workstation", ["pulumi", "--cwd", folder, "stack", "rm", "--yes", "--force"]);
}

let count = 0;

/** Starts a run by hand, as `npm run drill -- now` does; returns the Job's name. */
export async function startDrill({ namespace, name }: Database): Promise<string> {
  count += 1;
  const job = `${drillName(namespace, name)}-${process.pid}-${count}`;
  await kubectl("-n", drills, "create", "job", job, `--from=cronjob/${drillName(namespace, name)}`);
  return job;
}

/** Runs a drill and returns its record. */
export async function drillNow(database: Database, timeoutMs = 600_000): Promise<Run> {
  return resultOf(database, await startDrill(database), timeoutMs);
}

export async function resultOf(database: Database, job: string, timeoutMs = 600_000): Promise<Run> {
  await until({ what: `drill ${job} to end`, timeoutMs, intervalMs: 2_000 }, async () => {
    const path = "jsonpath={.status.conditions[?(@.status=='True')].type}";
    const conditions = await kubectl("-n", drills, "get", "job", job, "-o", path);
    return /Complete|Failed/.test(conditions) || ((await logOf(job)).split("\n").at(-1) ?? "");
  });
  const run = (await runsOf(database)).find((each) => each.run === job);
  assert.ok(run !== undefined, `no result of ${job}:\n${await logOf(job)}`);
  return run;
}

export async function logOf(job: string): Promise<string> {
  return (await on("workstation", ["kubectl", "-n", drills, "logs", `job/${job}`, "--tail=200"])).all;
}

const configMap = z.object({ data: z.record(z.string(), z.string()).default({}) });

export async function runsOf({ namespace, name }: Database): Promise<Run[]> {
  const found = await kubectl("-n", drills, "get", "cm", runsName(drillName(namespace, name)), "-o", "json");
  return parseRuns(configMap.parse(JSON.parse(found)).data[runsKey]);
}

/** Kubernetes deletes Services and Secrets of a copy a moment after the Cluster. */
export async function untilNothingIsLeft(timeoutMs = 30_000): Promise<void> {
  await until({ what: "the end of the copy", timeoutMs, intervalMs: 1_000 }, async () => {
    const left = await leftOfCopies();
    return left === "" || left;
  });
}

/** What of a restored copy is in the drills' namespace. */
async function leftOfCopies(): Promise<string> {
  const kinds = "clusters.postgresql.cnpg.io,pods,persistentvolumeclaims,jobs,services,secrets";
  return must("workstation", ["kubectl", "-n", drills, "get", kinds, "-l", "cnpg.io/cluster", "-o", "name"]);
}
