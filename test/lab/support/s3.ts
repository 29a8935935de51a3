import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Grant } from "@aws-sdk/client-s3";
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { z } from "zod";

const objectSteps = ["put", "get", "list", "delete", "cut", "noise", "flip", "copy"] as const;
/**
 * `cut` leaves half of an object, `noise` as many other bytes, `flip` all but one bit of them; `copy` copies what is below
 * a prefix to below another one. `open` and `expire` are what somebody does to a bucket by hand; `close` takes both back.
 * `policy` sets the policy given as content; `versions` counts versions and markers below a prefix; `upload` begins an
 * upload that nobody finishes, and `abort` ends all of them below a prefix.
 */
const bucketSteps = [
  ...["head", "create", "remove", "open", "expire", "close"],
  ...["policy", "versioned", "suspended", "versions", "upload", "abort"],
] as const;

/**
 * An S3 client for the tests, run on the workstation: reads credentials and steps as JSON from stdin, prints what each
 * step found. It knows nothing of the project, so that it shows what any other client would see.
 */
const request = z.object({
  endpoint: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  bucket: z.string(),
  /** What to do, with which key, and for `put` with which content. */
  steps: z.array(z.tuple([z.enum([...objectSteps, ...bucketSteps]), z.string()]).rest(z.string())),
});
export type S3Request = z.infer<typeof request>;

const input = request.parse(JSON.parse(await text(process.stdin)));
const client = new S3Client({
  endpoint: input.endpoint,
  region: input.region,
  credentials: { accessKeyId: input.accessKeyId, secretAccessKey: input.secretAccessKey },
  forcePathStyle: true,
  requestChecksumCalculation: "WHEN_REQUIRED",
  maxAttempts: 1,
});

async function perform(step: string, key: string, content = `content of ${key}`): Promise<unknown> {
  const at = { Bucket: input.bucket, Key: key };
  switch (step) {
    case "put":
      await client.send(new PutObjectCommand({ ...at, Body: content }));
      return "done";
    case "get":
      return client.send(new GetObjectCommand(at)).then((found) => found.Body?.transformToString());
    case "cut":
      return rewrite(key, (whole) => whole.subarray(0, whole.length / 2));
    case "noise":
      return rewrite(key, (whole) => randomBytes(whole.length));
    case "flip":
      return rewrite(key, (whole) => {
        const middle = Math.floor(whole.length / 2);
        return whole.map((byte, index) => (index === middle ? byte ^ 1 : byte));
      });
    case "copy":
      return copyAll(key, content);
    case "delete":
      await client.send(new DeleteObjectCommand(at));
      return "done";
    case "create":
      await client.send(new CreateBucketCommand({ Bucket: input.bucket }));
      return "done";
    case "remove":
      await client.send(new DeleteBucketCommand({ Bucket: input.bucket }));
      return "done";
    case "head":
      await client.send(new HeadBucketCommand({ Bucket: input.bucket }));
      return "done";
    case "open":
      await open(key);
      return "done";
    case "policy":
      await client.send(new PutBucketPolicyCommand({ Bucket: input.bucket, Policy: content }));
      return "done";
    case "versioned":
    case "suspended":
      await setVersioning(step === "versioned" ? "Enabled" : "Suspended");
      return "done";
    case "versions": {
      const found = await client.send(new ListObjectVersionsCommand({ Bucket: input.bucket, Prefix: key }));
      return (found.Versions?.length ?? 0) + (found.DeleteMarkers?.length ?? 0);
    }
    case "upload":
      await client.send(new CreateMultipartUploadCommand(at));
      return "done";
    case "abort":
      await abortUploads(key);
      return "done";
    case "expire":
      await expire(key);
      return "done";
    case "close":
      await client.send(new DeleteBucketPolicyCommand({ Bucket: input.bucket }));
      await client.send(new DeleteBucketLifecycleCommand({ Bucket: input.bucket }));
      await setAcl([]);
      return "done";
    default: {
      const found = await client.send(new ListObjectsV2Command({ Bucket: input.bucket, Prefix: key }));
      return (found.Contents ?? []).map((object) => object.Key);
    }
  }
}

async function bytesOf(key: string): Promise<Uint8Array> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: input.bucket, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

async function rewrite(key: string, change: (whole: Uint8Array) => Uint8Array): Promise<string> {
  const Body = change(await bytesOf(key));
  await client.send(new PutObjectCommand({ Bucket: input.bucket, Key: key, Body }));
  return "done";
}

async function copyAll(from: string, to: string): Promise<string> {
  const found = await client.send(new ListObjectsV2Command({ Bucket: input.bucket, Prefix: from }));
  for (const { Key = "" } of found.Contents ?? []) {
    const Body = await bytesOf(Key);
    await client.send(new PutObjectCommand({ Bucket: input.bucket, Key: to + Key.slice(from.length), Body }));
  }
  return "done";
}

async function setVersioning(Status: "Enabled" | "Suspended"): Promise<void> {
  const VersioningConfiguration = { Status };
  await client.send(new PutBucketVersioningCommand({ Bucket: input.bucket, VersioningConfiguration }));
}

async function abortUploads(prefix: string): Promise<void> {
  const ask = { Bucket: input.bucket, Prefix: prefix };
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(ask));
  for (const { Key, UploadId } of Uploads)
    await client.send(new AbortMultipartUploadCommand({ Bucket: input.bucket, Key, UploadId }));
}

/** Lets everyone read the bucket, by its policy and its ACL. */
async function open(prefix: string): Promise<void> {
  const Resource = `arn:aws:s3:::${input.bucket}/${prefix}*`;
  const statement = { Effect: "Allow", Principal: "*", Action: ["s3:GetObject"], Resource };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await client.send(new PutBucketPolicyCommand({ Bucket: input.bucket, Policy }));
  const everyone = { Type: "Group", URI: "http://acs.amazonaws.com/groups/global/AllUsers" } as const;
  await setAcl([{ Grantee: everyone, Permission: "READ" }]);
}

/**
 * Gives grants to others than the owner. In full: RGW 18 makes of a canned ACL an XML document that it then cannot read,
 * if the owner once had a display name with an `&` in it.
 */
async function setAcl(others: Grant[]): Promise<void> {
  const Owner = (await client.send(new GetBucketAclCommand({ Bucket: input.bucket }))).Owner;
  const owner: Grant = { Grantee: { Type: "CanonicalUser", ID: Owner?.ID }, Permission: "FULL_CONTROL" };
  const AccessControlPolicy = { Owner: { ID: Owner?.ID }, Grants: [...others, owner] };
  await client.send(new PutBucketAclCommand({ Bucket: input.bucket, AccessControlPolicy }));
}

/** Has objects deleted a year after they were written. */
async function expire(prefix: string): Promise<void> {
  const rule = {
    ID: "tidy",
    Status: "Enabled",
    Filter: { Prefix: prefix },
    Expiration: { Days: 365 },
  } as const;
  const LifecycleConfiguration = { Rules: [rule] };
  await client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: input.bucket, LifecycleConfiguration }),
  );
}

const results: unknown[] = [];
for (const [step, key, content] of input.steps) {
  results.push(
    await perform(step, key, content).catch(
      (error: unknown) => `error: ${error instanceof Error ? error.name : String(error)}`,
    ),
  );
}
process.stdout.write(JSON.stringify(results));
