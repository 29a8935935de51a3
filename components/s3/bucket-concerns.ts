import {
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import type { Grant, LifecycleRule } from "@aws-sdk/client-s3";
import { z } from "zod";

import { fromJson, shown } from "../check.ts";
import { s3Client } from "./client.ts";
import type { S3Connection } from "./connection.ts";

/**
 * What was set on a bucket by other means and puts the backups under a path at risk, a sentence each: read by others
 * than its owner, or deleted by a lifecycle rule. A store that knows no such settings, or does not let these keys read
 * them, gives none.
 */
export async function bucketConcerns(
  connection: S3Connection,
  bucket: string,
  path: string,
): Promise<string[]> {
  const client = s3Client(connection);
  const prefix = `${path.split("/").filter(Boolean).join("/")}/`;
  try {
    const ask = { Bucket: bucket };
    const [policy, acl, lifecycle] = await Promise.all([
      client.send(new GetBucketPolicyCommand(ask)).catch(() => undefined),
      client.send(new GetBucketAclCommand(ask)).catch(() => undefined),
      client.send(new GetBucketLifecycleConfigurationCommand(ask)).catch(() => undefined),
    ]);
    return [
      ...policyConcerns(bucket, policy?.Policy ?? "", acl?.Owner?.ID),
      ...aclConcerns(bucket, acl?.Grants ?? []),
      ...lifecycleConcerns(bucket, lifecycle?.Rules ?? [], prefix),
    ];
  } finally {
    client.destroy();
  }
}

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const principals = z.union([
  z.literal("*").transform(() => ["*"]),
  z.record(z.string(), oneOrMany).transform((byKind) => Object.values(byKind).flat()),
]);
const policySchema = z.object({
  Statement: z.preprocess(
    (value): unknown => (Array.isArray(value) ? value : [value]),
    z.array(
      z.object({
        Effect: z.string(),
        Principal: principals.optional(),
        NotPrincipal: principals.optional(),
        Action: oneOrMany.optional(),
        NotAction: oneOrMany.optional(),
        Condition: z.unknown().optional(),
      }),
    ),
  ),
});
type Statement = z.output<typeof policySchema>["Statement"][number];

function policyConcerns(bucket: string, policy: string, owner: string | undefined): string[] {
  return grantsToOthers(policy, owner).map(
    ({ who, actions }) =>
      `The policy of bucket ${bucket} lets ${who} do ${shown(actions)}, and backups hold all data of a database. ` +
      (who.startsWith("everyone")
        ? "It is not this stack's: remove it (DeleteBucketPolicy), or name in it who may."
        : "That may be intended; it is not this stack's: if it is not, remove it (DeleteBucketPolicy)."),
  );
}

/** What a policy allows, without a condition, to others than the bucket's owner, by statement. */
export function grantsToOthers(
  policy: string,
  owner: string | undefined,
): { who: string; actions: string }[] {
  const parsed = policySchema.safeParse(fromJson(policy));
  return (parsed.data?.Statement ?? []).flatMap((statement) => {
    const who = othersIn(statement, owner);
    const { Action, NotAction } = statement;
    const actions = Action?.join(", ") ?? `everything but ${NotAction?.join(", ") ?? "nothing"}`;
    return who === undefined ? [] : [{ who, actions }];
  });
}

function othersIn(statement: Statement, owner: string | undefined): string | undefined {
  const { Effect, Principal, NotPrincipal, Condition } = statement;
  if (Effect !== "Allow" || JSON.stringify(Condition ?? {}) !== "{}") return undefined;
  if (NotPrincipal) return `everyone but ${shown(NotPrincipal.join(", "))}`;
  if (Principal?.includes("*")) return "everyone";
  const others = (Principal ?? []).filter((principal) => isOther(principal, owner));
  return others.length === 0 ? undefined : shown(others.join(", "));
}

/**
 * RGW names the owner of a bucket by uid, `user` or `tenant$user`, or by account. Where the owner is not known, or is an
 * id of AWS that tells nothing about names, nobody counts as another.
 */
function isOther(principal: string, owner: string | undefined): boolean {
  if (owner === undefined || /^[0-9a-f]{64}$/.test(owner)) return false;
  const [tenant, uid] = owner.includes("$") ? owner.split("$", 2) : ["", owner];
  const [account] = /(?<=^arn:aws:iam::)[^:]*/.exec(principal) ?? [principal];
  const isOwn = principal === `arn:aws:iam::${tenant ?? ""}:user/${uid ?? ""}` || account === owner;
  return !isOwn;
}

function aclConcerns(bucket: string, grants: readonly Grant[]): string[] {
  return publicPermissions(grants).map(
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

function lifecycleConcerns(bucket: string, rules: readonly LifecycleRule[], prefix: string): string[] {
  return rules
    .filter((rule) => deletesBelow(rule, prefix))
    .map(
      (rule) =>
        `Lifecycle rule ${shown(rule.ID ?? "")} of bucket ${bucket} deletes objects under ${prefix} by their age,` +
        " whatever a recovery still needs of them. Limit it to other prefixes, and leave backups to backup.retention.",
    );
}

/** Whether a lifecycle rule deletes current objects below a prefix. Backups have no tags, so one for tags does not. */
export function deletesBelow(rule: LifecycleRule, prefix: string): boolean {
  const { Days, Date: date } = rule.Expiration ?? {};
  const { Prefix, And, Tag } = rule.Filter ?? {};
  if (Tag !== undefined || (And?.Tags?.length ?? 0) > 0) return false;
  const of = Prefix ?? And?.Prefix ?? prefixOf(rule) ?? "";
  const concernsUs = of.startsWith(prefix) || prefix.startsWith(of);
  return rule.Status === "Enabled" && (Days !== undefined || date !== undefined) && concernsUs;
}

/** Where rules of before 2016, which RGW also takes, have their prefix. */
function prefixOf(rule: object): string | undefined {
  return z.object({ Prefix: z.string() }).safeParse(rule).data?.Prefix;
}
