import { randomUUID } from "node:crypto";

import { GetBucketLocationCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";

import { s3Client } from "./client.ts";
import type { S3Connection } from "./connection.ts";
import { classify, ownerByCeph, S3Failure } from "./failure.ts";
import { anonymousGet, probe } from "./probe.ts";

/** The region that stores without regions take from an S3 client, and with which it makes a bucket wherever it is. */
export const anyRegion = "us-east-1";

/** What a store says about a bucket: whether it exists and is ours, and the region for the AWS provider. */
export interface FoundBucket {
  isOurs: boolean;
  region: string;
}

/**
 * Looks for a bucket. Fails if it belongs to another user. A bucket of ours has to be imported: where the region is not
 * Amazon's, the AWS provider refuses to create a bucket that exists, whatever the store would say.
 */
export async function findBucket(connection: S3Connection, bucket: string): Promise<FoundBucket> {
  const target = { connection, bucket, attempt: `look for bucket ${bucket}` };
  const signed = (region: string) =>
    signedAs(region, connection, bucket).catch((error: unknown) => {
      const failure = classify(error, target);
      throw failure.kind === "permission" ? notToBeManaged(connection, bucket, mayNotLook) : failure;
    });
  await probe(target);
  return signed(anyRegion).catch((failure: unknown) => {
    // Such a store, Amazon's or Garage, takes its own region only.
    if (failure instanceof S3Failure && failure.kind === "region") return signed(connection.region);
    throw failure;
  });
}

async function signedAs(region: string, connection: S3Connection, bucket: string): Promise<FoundBucket> {
  const client = s3Client(connection, region);
  try {
    const location = await locationOf(client, bucket);
    if (location === undefined) return { isOurs: false, region };
    // A bucket that a policy lets us use still belongs to another user.
    const own = await client.send(new ListBucketsCommand()).catch(() => undefined);
    if (own?.Buckets?.some(({ Name }) => Name === bucket) === false)
      throw notToBeManaged(connection, bucket, isOfOthers);
    return { isOurs: true, region: isAmazons(location) ? location : region };
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

/** Amazon's buckets are reached in their own region only. */
const isAmazons = (location: string): boolean => /^[a-z]{2}(-[a-z]+)+-\d$/.test(location);

const isOfOthers = "exists and belongs to another user of the store";

/** The case of keys with few rights, which may be all that backups need. */
const mayNotLook = "cannot be managed with these keys: they may not ask for its location (GetBucketLocation)";

const notToBeManaged = ({ endpoint }: S3Connection, bucket: string, why: string): S3Failure =>
  new S3Failure(
    "bucket",
    `S3 bucket problem at ${endpoint}: bucket ${bucket} ${why}. If these keys may use it, use it as it is: ` +
      "`pulumi config set cnpg-rgw:manageBucket false`, or in a program of your own leave out BackupBucket and pass the " +
      `bucket's name to smokeCheck. Otherwise choose another bucket name, or use the keys of the user who owns it ${ownerByCeph(bucket)}.`,
  );

/**
 * Whether a bucket of this name exists, whoever owns it, as far as a store says without keys. False also if it does not
 * say: some stores answer the same for any name.
 */
export async function isThere(
  store: Pick<S3Connection, "endpoint" | "caBundle">,
  bucket: string,
): Promise<boolean> {
  const statusOf = async (name: string) => (await anonymousGet(store, `/${name}`)).status;
  try {
    const [its, nobodys] = await Promise.all([statusOf(bucket), statusOf(`nobodys-${randomUUID()}`)]);
    return its !== 404 && nobodys === 404;
  } catch {
    return false;
  }
}
