import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";

import type { Rule } from "../components/check.ts";
import { describeArchive } from "../components/cnpg/archive/describe.ts";
import { readArchive } from "../components/cnpg/archive/read-archive.ts";
import { recoveryProblem } from "../components/cnpg/archive/recovery-problem.ts";
import { archivePrefix } from "../components/cnpg/barman.ts";
import { secretKeys } from "../components/cnpg/store.ts";
import { withoutSlash } from "../components/s3/connection.ts";
import {
  bucketRule,
  caBundleRule,
  endpointRule,
  keyRule,
  pathRule,
  regionRule,
} from "../components/s3/rules.ts";

const variables = z.object({
  [secretKeys.endpoint]: variable(endpointRule),
  [secretKeys.region]: variable(regionRule).default("local"),
  [secretKeys.bucket]: variable(bucketRule),
  [secretKeys.path]: variable(pathRule).default("/"),
  [secretKeys.accessKeyId]: variable(keyRule),
  [secretKeys.secretAccessKey]: variable(keyRule),
  [secretKeys.caBundle]: variable(caBundleRule).optional(),
});

function variable(rule: Rule<string>) {
  return z.string({ error: "is not set" }).superRefine((value, context) => {
    const problem = rule(value);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });
}

/** Says what the archive of a database holds, and whether it can be recovered. Exit code 1: it cannot; 2: not all of it. */
new Command("archive")
  .description(
    "what the backups of a database hold and allow to recover; the store comes from the environment, by the " +
      `names that the Secret has: ${Object.values(secretKeys).join(", ")}`,
  )
  .argument("<cluster>", "name of the database's Cluster")
  .argument("[serverName]", "barman's name of the lineage, if it is not that of the Cluster")
  .option("--target-time <time>", "the time to recover to, like 2026-11-22T10:00:00Z")
  .option("--backup-id <id>", "the base backup to start from, like 20261122T100000")
  .option("--timeout <seconds>", "how long to read at most", positiveNumber, 120)
  .action(async (cluster: string, serverName: string | undefined, options: Options) => {
    process.exitCode = await check(cluster, serverName ?? cluster, options).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      return 1;
    });
  })
  .parse();

interface Options {
  targetTime?: string;
  backupId?: string;
  timeout: number;
}

async function check(cluster: string, serverName: string, options: Options): Promise<number> {
  const { connection, bucket, path } = storeFrom(process.env);
  const prefix = archivePrefix({ path }, cluster, serverName);
  const archive = await readArchive(connection, { bucket, prefix }, options.timeout);
  console.log(describeArchive(archive, options));
  const { problem, loss } = recoveryProblem(archive, options);
  if (problem !== undefined) return 1;
  return loss === undefined ? 0 : 2;
}

function positiveNumber(value: string): number {
  if (Number(value) > 0 && Number(value) < 1e6) return Number(value);
  throw new InvalidArgumentError("It must be a number above 0.");
}

function storeFrom(environment: NodeJS.ProcessEnv) {
  const parsed = variables.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    throw new Error(problems.join("\n"));
  }
  const { data } = parsed;
  return {
    connection: {
      endpoint: withoutSlash(data[secretKeys.endpoint]),
      region: data[secretKeys.region],
      caBundle: data[secretKeys.caBundle],
      accessKeyId: data[secretKeys.accessKeyId],
      secretAccessKey: data[secretKeys.secretAccessKey],
    },
    bucket: data[secretKeys.bucket],
    path: data[secretKeys.path],
  };
}
