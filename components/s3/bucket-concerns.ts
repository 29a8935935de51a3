import {
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import type { Grant, LifecycleRule, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";

import { fromJson, shown } from "../check.ts";
import { s3Client } from "./client.ts";
import type { S3Connection } from "./connection.ts";

/**
 * What was set on a bucket by other means and puts the backups under a path at risk, a sentence each: read by everyone,
 * or deleted by a lifecycle rule. A store that knows no such settings, or does not let these keys read them, gives none.
 */
export async function bucketConcerns(
  connection: S3Connection,
  bucket: string,
  path: string,
): Promise<string[]> {
  const client = s3Client(connection);
  const prefix = `${path.split("/").filter(Boolean).join("/")}/`;
  try {
    const found = await Promise.all([
      policyConcerns(client, bucket),
      aclConcerns(client, bucket),
      lifecycleConcerns(client, bucket, prefix),
    ]);
    return found.flat();
  } finally {
    client.destroy();
  }
}

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const policySchema = z.object({
  Statement: z.preprocess(
    (value): unknown => (Array.isArray(value) ? value : [value]),
    z.array(
      z.object({
        Effect: z.string(),
        Principal: z.union([z.literal("*"), z.record(z.string(), oneOrMany)]).optional(),
        Action: oneOrMany.optional(),
        Condition: z.unknown().optional(),
      }),
    ),
  ),
});
type Statement = z.output<typeof policySchema>["Statement"][number];

async function policyConcerns(client: S3Client, bucket: string): Promise<string[]> {
  const answer = await client.send(new GetBucketPolicyCommand({ Bucket: bucket })).catch(() => undefined);
  return publicActions(answer?.Policy ?? "").map(
    (actions) =>
      `The policy of bucket ${bucket} lets everyone do ${shown(actions)}, and backups hold all data of a database.` +
      " It is not this stack's: remove it (DeleteBucketPolicy), or name in it who may.",
  );
}

/** What a policy allows to everyone without a condition, by statement. */
export function publicActions(policy: string): string[] {
  const parsed = policySchema.safeParse(fromJson(policy));
  return (parsed.data?.Statement ?? []).filter(isForEveryone).map(({ Action }) => Action?.join(", ") ?? "");
}

function isForEveryone({ Effect, Principal, Condition }: Statement): boolean {
  const names = typeof Principal === "string" ? [Principal] : Object.values(Principal ?? {}).flat();
  return Effect === "Allow" && Condition === undefined && names.includes("*");
}

async function aclConcerns(client: S3Client, bucket: string): Promise<string[]> {
  const answer = await client.send(new GetBucketAclCommand({ Bucket: bucket })).catch(() => undefined);
  return publicPermissions(answer?.Grants ?? []).map(
    (permission) =>
      `The ACL of bucket ${bucket} gives everyone ${permission}. It is not this stack's: set the ACL to private.`,
  );
}

const everyone = /\/groups\/(global\/AllUsers|global\/AuthenticatedUsers)$/;

/** The permissions that an ACL gives to groups that anybody is in. */
export function publicPermissions(grants: readonly Grant[]): string[] {
  return grants
    .filter(({ Grantee }) => everyone.test(Grantee?.URI ?? ""))
    .map(({ Permission }) => Permission ?? "permissions");
}

async function lifecycleConcerns(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const ask = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
  const answer = await client.send(ask).catch(() => undefined);
  return (answer?.Rules ?? [])
    .filter((rule) => deletesBelow(rule, prefix))
    .map(
      (rule) =>
        `Lifecycle rule ${shown(rule.ID ?? "")} of bucket ${bucket} deletes objects under ${prefix} by their age,` +
        " whatever a recovery still needs of them. Limit it to other prefixes, and leave backups to backup.retention.",
    );
}

/** Whether a lifecycle rule deletes current objects below a prefix. */
export function deletesBelow(rule: LifecycleRule, prefix: string): boolean {
  const { Days, Date: date } = rule.Expiration ?? {};
  const of = rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? prefixOf(rule);
  const concernsUs = of.startsWith(prefix) || prefix.startsWith(of);
  return rule.Status === "Enabled" && (Days !== undefined || date !== undefined) && concernsUs;
}

/** Where rules of before 2016, which RGW also takes, have their prefix. */
function prefixOf(rule: object): string {
  return z.object({ Prefix: z.string() }).safeParse(rule).data?.Prefix ?? "";
}
