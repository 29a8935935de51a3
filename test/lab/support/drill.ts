import assert from "node:assert/strict";
import { z } from "zod";
import { drillName, runsKey, runsName } from "../../../components/restore-drill/names.ts";
import { parseRuns } from "../../../components/restore-drill/result.ts";
import type { Run } from "../../../components/restore-drill/result.ts";
import { until } from "../../../lab/wait.ts";
import type { Database } from "./database.ts";
import { kubectl, must, on } from "./lab.ts";

/** The namespace of drills in the lab. */
export const drills = "cnpg-drill";

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
