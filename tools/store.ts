import { z } from "zod";

import type { Rule } from "../components/pulumi/arguments.ts";
import { secretKeys } from "../components/backup-secret/store.ts";
import { type S3Connection, withoutSlash } from "../components/s3/connection.ts";
import {
  bucketRule,
  caBundleRule,
  endpointRule,
  keyRule,
  pathRule,
  regionRule,
} from "../components/s3/rules.ts";

export interface NamedStore {
  connection: S3Connection;
  bucket: string;
  path: string;
}

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

/** The store, the bucket and the path that the environment names as the Secret does. Throws what is wrong with it. */
export function storeFrom(environment: NodeJS.ProcessEnv): NamedStore {
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
