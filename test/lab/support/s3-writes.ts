import * as s3 from "@aws-sdk/client-s3";
import { text } from "node:stream/consumers";
import { z } from "zod";

/**
 * Each request of S3 that writes, once, with the keys given on stdin: prints the name of the error of each, or `done`.
 * None may do harm where it is allowed: objects are of a prefix of its own, and what it switched it switches back.
 */
const request = z.object({
  endpoint: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  bucket: z.string(),
});
const {
  endpoint,
  region,
  bucket: Bucket,
  ...credentials
} = request.parse(JSON.parse(await text(process.stdin)));
const client = new s3.S3Client({
  ...{ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 },
  requestChecksumCalculation: "WHEN_REQUIRED",
});
// RGW refuses the LocationConstraint that clients send for any other region.
const anywhere = new s3.S3Client({
  ...{ endpoint, region: "us-east-1", credentials, forcePathStyle: true, maxAttempts: 1 },
});

const Key = "read-only/object";
const at = { Bucket, Key };
const other = { Bucket, Key: "read-only/written" };
const UploadId = "2~none";
const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
const Retention = { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + 60_000) } as const;
const rule = {
  ID: "r",
  Status: "Enabled",
  Filter: { Prefix: "read-only/x" },
  Expiration: { Days: 999 },
} as const;
const copy = { ...other, CopySource: `${Bucket}/${Key}` };
const cors = { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["https://example.org"] }] };
const replication = {
  Role: "arn:aws:iam::1:role/r",
  Rules: [{ Status: "Enabled" as const, Destination: { Bucket: `arn:aws:s3:::${Bucket}` } }],
};
const encryption = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } }] };
const block = { BlockPublicAcls: true };

const versioning = (Status: "Enabled" | "Suspended"): Promise<unknown> =>
  client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

/** A write that is undone where it was allowed, and only there: of RGW, a DELETE of what it does not know is of the bucket. */
async function takenBack(write: Promise<unknown>, undo: () => Promise<unknown>): Promise<void> {
  await write;
  await undo();
}

const requests: Record<string, () => Promise<unknown>> = {
  putObject: () => client.send(new s3.PutObjectCommand({ ...other, Body: "x" })),
  overwriteObject: () => client.send(new s3.PutObjectCommand({ ...at, Body: "x" })),
  copyObject: () => client.send(new s3.CopyObjectCommand(copy)),
  createMultipartUpload: () => client.send(new s3.CreateMultipartUploadCommand(other)),
  uploadPart: () => client.send(new s3.UploadPartCommand({ ...other, UploadId, PartNumber: 1, Body: "x" })),
  uploadPartCopy: () => client.send(new s3.UploadPartCopyCommand({ ...copy, UploadId, PartNumber: 1 })),
  completeMultipartUpload: () =>
    client.send(
      new s3.CompleteMultipartUploadCommand({
        ...{ ...other, UploadId },
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: "x" }] },
      }),
    ),
  abortMultipartUpload: () => client.send(new s3.AbortMultipartUploadCommand({ ...other, UploadId })),
  deleteObject: () => client.send(new s3.DeleteObjectCommand(at)),
  deleteObjectVersion: () => client.send(new s3.DeleteObjectCommand({ ...at, VersionId: "null" })),
  putObjectAcl: () => client.send(new s3.PutObjectAclCommand({ ...at, ACL: "public-read" })),
  putObjectTagging: () => client.send(new s3.PutObjectTaggingCommand({ ...at, Tagging })),
  deleteObjectTagging: () => client.send(new s3.DeleteObjectTaggingCommand(at)),
  putObjectRetention: () => client.send(new s3.PutObjectRetentionCommand({ ...at, Retention })),
  putObjectLegalHold: () =>
    client.send(new s3.PutObjectLegalHoldCommand({ ...at, LegalHold: { Status: "ON" } })),
  putBucketAcl: () => client.send(new s3.PutBucketAclCommand({ Bucket, ACL: "public-read" })),
  putBucketPolicy: () => client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy })),
  deleteBucketPolicy: () => client.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
  putBucketLifecycle: () =>
    client.send(
      new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }),
    ),
  deleteBucketLifecycle: () => client.send(new s3.DeleteBucketLifecycleCommand({ Bucket })),
  putBucketReplication: () =>
    takenBack(
      client.send(new s3.PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: replication })),
      () => client.send(new s3.DeleteBucketReplicationCommand({ Bucket })),
    ),
  putBucketEncryption: () =>
    takenBack(
      client.send(
        new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryption }),
      ),
      () => client.send(new s3.DeleteBucketEncryptionCommand({ Bucket })),
    ),
  putPublicAccessBlock: () =>
    takenBack(
      client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: block })),
      () => client.send(new s3.DeletePublicAccessBlockCommand({ Bucket })),
    ),
  putObjectLock: () =>
    client.send(
      new s3.PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
      }),
    ),
  putBucketWebsite: () =>
    takenBack(
      client.send(
        new s3.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: "i" } } }),
      ),
      () => client.send(new s3.DeleteBucketWebsiteCommand({ Bucket })),
    ),
  deleteBucket: () => client.send(new s3.DeleteBucketCommand({ Bucket })),
  // These four RGW allows.
  putBucketVersioning: () => takenBack(versioning("Enabled"), () => versioning("Suspended")),
  putBucketCors: () =>
    takenBack(client.send(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: cors })), () =>
      client.send(new s3.DeleteBucketCorsCommand({ Bucket })),
    ),
  putBucketTagging: () =>
    takenBack(client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging })), () =>
      client.send(new s3.DeleteBucketTaggingCommand({ Bucket })),
    ),
  createBucket: () => anywhere.send(new s3.CreateBucketCommand({ Bucket: `${Bucket}-by-drill` })),
};

/** Deleting many answers with 200, and says of each object what came of it. */
const deleteMany = async (): Promise<string> => {
  const found = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }));
  return found.Errors?.[0]?.Code ?? "done";
};

const outcomes: Record<string, string> = {};
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));
for (const [what, send] of Object.entries(requests)) outcomes[what] = await send().then(() => "done", nameOf);
outcomes.deleteObjects = await deleteMany().catch(nameOf);
process.stdout.write(JSON.stringify(outcomes));
