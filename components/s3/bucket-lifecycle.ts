import type { LifecycleRule, MultipartUpload } from "@aws-sdk/client-s3";
import { z } from "zod";

/** Whether a lifecycle rule deletes current objects below a prefix. Backups have no tags, so one for tags does not. */
export function deletesBelow(rule: LifecycleRule, prefix: string): boolean {
  const { Days, Date: date } = rule.Expiration ?? {};
  const of = prefixOf(rule);
  if (of === undefined || (Days === undefined && date === undefined)) return false;
  return of.startsWith(prefix) || prefix.startsWith(of);
}

/** Whether a lifecycle rule deletes the old versions of all that is below a prefix. */
export const endsVersionsBelow = (rule: LifecycleRule, prefix: string): boolean =>
  coversAll(rule, prefix) && rule.NoncurrentVersionExpiration?.NoncurrentDays !== undefined;

/** Whether a lifecycle rule ends all unfinished uploads below a prefix. */
export const endsUploadsBelow = (rule: LifecycleRule, prefix: string): boolean =>
  coversAll(rule, prefix) && rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation !== undefined;

function coversAll(rule: LifecycleRule, prefix: string): boolean {
  const of = prefixOf(rule);
  return of !== undefined && prefix.startsWith(of);
}

/** What a rule in force is for, by the beginning of names; undefined where it is off, or for objects with tags. */
function prefixOf(rule: LifecycleRule): string | undefined {
  const { Prefix, And, Tag } = rule.Filter ?? {};
  if (rule.Status !== "Enabled" || Tag !== undefined || (And?.Tags?.length ?? 0) > 0) return undefined;
  return Prefix ?? And?.Prefix ?? oldPrefixOf(rule) ?? "";
}

/** Where rules of before 2016, which RGW also takes, have their prefix. */
function oldPrefixOf(rule: object): string | undefined {
  return z.object({ Prefix: z.string() }).safeParse(rule).data?.Prefix;
}

/** What to say of versions that a bucket keeps below a prefix, where no rule ends them. */
export function versionsConcern(
  bucket: string,
  versioning: string | undefined,
  rules: readonly LifecycleRule[],
  prefix: string,
): string | undefined {
  if (versioning !== "Enabled" || rules.some((rule) => endsVersionsBelow(rule, prefix))) return undefined;
  return (
    `Bucket ${bucket} keeps old versions of objects (versioning is on), and no lifecycle rule deletes them: what ` +
    `backup.retention deletes stays as an old version, and frees no space. ${ruleAdvice(prefix)}`
  );
}

/** Uploads that are begun and not finished below a prefix, and whether more of them are not listed. */
export interface Unfinished {
  uploads: readonly MultipartUpload[];
  hasMore: boolean;
}

/** A base backup is an upload while it runs; one that takes longer than this is most likely abandoned. */
const longestUploadHours = 24;

/** What to say of them: a note of those that may be at work, a warning of those that cannot be. */
export function uploadsConcern(
  bucket: string,
  { uploads, hasMore }: Unfinished,
  rules: readonly LifecycleRule[],
  prefix: string,
  now = new Date(),
): { text: string; isOld: boolean } | undefined {
  if (uploads.length === 0 || rules.some((rule) => endsUploadsBelow(rule, prefix))) return undefined;
  const begun = uploads.map(({ Initiated }) => Initiated?.getTime() ?? now.getTime());
  const hours = Math.max(0, Math.floor((now.getTime() - Math.min(...begun)) / 3_600_000));
  const count = `${hasMore ? "at least " : ""}${uploads.length}`;
  const what =
    `Unfinished uploads under ${prefix} of bucket ${bucket}: ${count}, the oldest begun ${age(hours)} ago. Their parts ` +
    "take up space, and no list of objects shows them.";
  if (hours < longestUploadHours)
    return { isOld: false, text: `${what} A running backup has such uploads; abandoned ones stay.` };
  return { isOld: true, text: `${what} backup.retention does not delete them. ${ruleAdvice(prefix)}` };
}

function age(hours: number): string {
  if (hours < 1) return "less than an hour";
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

/** One rule mends both: what it deletes is nothing that a recovery reads. */
function ruleAdvice(Prefix: string): string {
  const rule = {
    ID: "cnpg-rgw-leftovers",
    Status: "Enabled",
    Filter: { Prefix },
    NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  };
  return (
    `Add this lifecycle rule to those that the bucket already has (PutBucketLifecycleConfiguration replaces all rules): ` +
    JSON.stringify(rule)
  );
}
