import {
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  ListMultipartUploadsCommand,
} from "@aws-sdk/client-s3";
import type { Grant, LifecycleRule } from "@aws-sdk/client-s3";

import { shown } from "../pulumi/arguments.ts";
import { deletesBelow, uploadsConcern, versionsConcern } from "./bucket-lifecycle.ts";
import { grantsToOthers } from "./bucket-policy.ts";
import { s3Client } from "./client.ts";
import type { S3Connection } from "./connection.ts";

/** What is to be said of a bucket, a sentence each or a few. */
export interface Concerns {
  warnings: string[];
  /** What may well be as it should. */
  notes: string[];
}

/**
 * What was set on a bucket by other means and puts the backups under a path at risk: read by others than its owner,
 * deleted by a lifecycle rule, or never really deleted. A store that knows no such settings, or does not let these keys
 * read them, gives none.
 */
export async function bucketConcerns(
  connection: S3Connection,
  bucket: string,
  path: string,
): Promise<Concerns> {
  const client = s3Client(connection);
  const parts = path.split("/").filter(Boolean);
  const prefix = parts.map((part) => `${part}/`).join("");
  try {
    const ask = { Bucket: bucket };
    const [policy, acl, lifecycle, versioning, uploads] = await Promise.all([
      client.send(new GetBucketPolicyCommand(ask)).catch(() => undefined),
      client.send(new GetBucketAclCommand(ask)).catch(() => undefined),
      client.send(new GetBucketLifecycleConfigurationCommand(ask)).catch(() => undefined),
      client.send(new GetBucketVersioningCommand(ask)).catch(() => undefined),
      client.send(new ListMultipartUploadsCommand({ ...ask, Prefix: prefix })).catch(() => undefined),
    ]);
    const rules = lifecycle?.Rules ?? [];
    const grants = policyConcerns(bucket, policy?.Policy ?? "", acl?.Owner?.ID);
    const unfinished = { uploads: uploads?.Uploads ?? [], hasMore: uploads?.IsTruncated === true };
    const leftover = uploadsConcern(bucket, unfinished, rules, prefix);
    return {
      warnings: [
        ...grants.warnings,
        ...aclConcerns(bucket, acl?.Grants ?? []),
        ...lifecycleConcerns(bucket, rules, prefix),
        versionsConcern(bucket, versioning?.Status, rules, prefix) ?? [],
        leftover?.isOld === true ? leftover.text : [],
      ].flat(),
      notes: [...grants.notes, leftover?.isOld === false ? leftover.text : []].flat(),
    };
  } finally {
    client.destroy();
  }
}

function policyConcerns(bucket: string, policy: string, owner: string | undefined): Concerns {
  const found: Concerns = { warnings: [], notes: [] };
  for (const { who, actions, condition, isOpen } of grantsToOthers(policy, owner)) {
    const under =
      condition === undefined
        ? ""
        : ` under the condition ${condition}${isOpen ? ", which says neither who may nor from where" : ""}`;
    const what = `The policy of bucket ${bucket} lets ${who} do ${shown(actions)}${under}, and backups hold all data of a database. `;
    if (isOpen) {
      found.warnings.push(
        `${what}This stack did not set it. Remove it (DeleteBucketPolicy), or name in it who may.`,
      );
    } else {
      const list = who.startsWith("everyone") ? found.notes : found.warnings;
      list.push(`${what}This stack did not set it. If that is not intended, remove it (DeleteBucketPolicy).`);
    }
  }
  return found;
}

function aclConcerns(bucket: string, grants: readonly Grant[]): string[] {
  return publicPermissions(grants).map(
    (permission) =>
      `The ACL of bucket ${bucket} gives everyone ${permission}. This stack did not set it. Set the ACL to private.`,
  );
}

const everyone = /\/groups\/(global\/AllUsers|global\/AuthenticatedUsers)$/;

/** The permissions that an ACL gives to groups that everyone is in. */
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
        " even those that a recovery still needs. Limit it to other prefixes, and leave backups to backup.retention.",
    );
}
