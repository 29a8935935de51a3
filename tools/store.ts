import { z } from "zod";

import {
  type Rule,
  type S3Connection,
  backupSecretKeys,
  bucketRule,
  caBundleRule,
  endpointRule,
  keyRule,
  pathRule,
  regionRule,
  withoutSlash,
} from "../components/internal.ts";

export interface NamedStore {
  connection: S3Connection;
  bucket: string;
  path: string;
}

const variables = z.object({
  [backupSecretKeys.endpoint]: variable(endpointRule),
  [backupSecretKeys.region]: variable(regionRule).default("local"),
  [backupSecretKeys.bucket]: variable(bucketRule),
  [backupSecretKeys.path]: variable(pathRule).default("/"),
  [backupSecretKeys.accessKeyId]: variable(keyRule),
  [backupSecretKeys.secretAccessKey]: variable(keyRule),
  [backupSecretKeys.caBundle]: variable(caBundleRule).optional(),
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
      endpoint: withoutSlash(data[backupSecretKeys.endpoint]),
      region: data[backupSecretKeys.region],
      caBundle: data[backupSecretKeys.caBundle],
      accessKeyId: data[backupSecretKeys.accessKeyId],
      secretAccessKey: data[backupSecretKeys.secretAccessKey],
    },
    bucket: data[backupSecretKeys.bucket],
    path: data[backupSecretKeys.path],
  };
}
