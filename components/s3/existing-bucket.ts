import {
  GetBucketAclCommand,
  GetBucketLocationCommand,
  ListBucketsCommand,
  PutBucketAclCommand,
} from "@aws-sdk/client-s3";
import type { Grant, S3Client } from "@aws-sdk/client-s3";

import { s3Client } from "./client.ts";
import type { S3Connection } from "./connection.ts";
import { classify, S3Failure, takenBucket } from "./failure.ts";
import { probe } from "./probe.ts";

/** The one region for which the AWS provider sends no LocationConstraint when it makes a bucket. */
export const unconstrainedRegion = "us-east-1";

/**
 * The region to give to the AWS provider so that it makes the bucket, or adopts the one that is already ours. In
 * us-east-1 it refuses a bucket that exists; with the bucket's own location it asks for it again, which RGW grants to
 * the owner. Fails if the bucket is somebody else's.
 */
export async function regionFor(connection: S3Connection, bucket: string): Promise<string> {
  const target = { connection, bucket, attempt: `look for bucket ${bucket}` };
  await probe(target);
  try {
    return await regionSignedAs(unconstrainedRegion, connection, bucket);
  } catch (error) {
    const failure = classify(error, target);
    // Such a store, Amazon's or Garage, takes its own region only; then it is right as LocationConstraint too.
    if (failure.kind === "region" && (await isAnswered(connection, bucket))) return connection.region;
    if (failure.kind === "permission") {
      throw new S3Failure("bucket", `S3 bucket problem at ${connection.endpoint}: ${takenBucket(bucket)}`);
    }
    throw failure;
  }
}

async function regionSignedAs(region: string, connection: S3Connection, bucket: string): Promise<string> {
  const client = s3Client(connection, region);
  try {
    const location = await locationOf(client, bucket);
    if (location === undefined) return unconstrainedRegion;
    const owner = await ownerOf(client, connection, bucket);
    await renewOwnerName(client, bucket, owner);
    return location === "" ? unconstrainedRegion : location;
  } finally {
    client.destroy();
  }
}

/** The bucket's LocationConstraint, on RGW the name of its zonegroup; undefined if there is no such bucket. */
async function locationOf(client: S3Client, bucket: string): Promise<string | undefined> {
  try {
    const answer = await client.send(new GetBucketLocationCommand({ Bucket: bucket }));
    return answer.LocationConstraint ?? "";
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucket") return undefined;
    throw error;
  }
}

/** Our own name for people, if the store tells it. A bucket that a policy lets us use is still somebody else's. */
async function ownerOf(
  client: S3Client,
  connection: S3Connection,
  bucket: string,
): Promise<string | undefined> {
  const own = await client.send(new ListBucketsCommand()).catch(() => undefined);
  if (own?.Buckets !== undefined && !own.Buckets.some(({ Name }) => Name === bucket)) {
    throw new S3Failure("bucket", `S3 bucket problem at ${connection.endpoint}: ${takenBucket(bucket)}`);
  }
  return own?.Owner?.DisplayName;
}

/**
 * RGW keeps the owner's display name in the bucket's ACL, and refuses to hand an own bucket out again if the ACL asked
 * for differs: a user that was renamed since could not adopt its bucket. A private bucket stays private. The ACL is
 * sent in full: for the canned one, RGW 18 writes the old name into XML unescaped, and fails over an `&` in it.
 */
async function renewOwnerName(client: S3Client, bucket: string, name: string | undefined): Promise<void> {
  const acl = await client.send(new GetBucketAclCommand({ Bucket: bucket })).catch(() => undefined);
  const owner = acl?.Owner;
  const [grant, ...others] = acl?.Grants ?? [];
  const isPrivate =
    others.length === 0 && grant?.Permission === "FULL_CONTROL" && grant.Grantee?.ID === owner?.ID;
  if (!isPrivate || owner?.ID === undefined || name === undefined || owner.DisplayName === name) return;
  const own: Grant = { Grantee: { Type: "CanonicalUser", ID: owner.ID }, Permission: "FULL_CONTROL" };
  const policy = { Owner: { ID: owner.ID }, Grants: [own] };
  await client.send(new PutBucketAclCommand({ Bucket: bucket, AccessControlPolicy: policy }));
}

async function isAnswered(connection: S3Connection, bucket: string): Promise<boolean> {
  return regionSignedAs(connection.region, connection, bucket).then(
    () => true,
    () => false,
  );
}
