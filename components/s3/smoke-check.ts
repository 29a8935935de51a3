import { randomUUID } from "node:crypto";

import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import * as pulumi from "@pulumi/pulumi";

import { checked, userError } from "../pulumi/arguments.ts";
import { log } from "../pulumi/log.ts";
import { bucketConcerns } from "./bucket-concerns.ts";
import { s3Client } from "./client.ts";
import { connectionOf, withoutSlash } from "./connection.ts";
import type { S3Connection, S3ConnectionArgs } from "./connection.ts";
import { classify, S3Failure } from "./failure.ts";
import { probe } from "./probe.ts";
import { bucketRule, endpointRule, pathRule } from "./rules.ts";
import { type QuotaArgs, quotaProblem, storedIn } from "./stored.ts";
import { warnsOfPublicHttp } from "./transport.ts";

/** Arguments of {@link smokeCheck}. */
export interface SmokeCheckArgs {
  /** The S3 store and the keys to prove. */
  connection: S3ConnectionArgs;

  /** A bucket that exists. */
  bucket: pulumi.Input<string>;

  /** Prefix in the bucket under which the keys must work, for example `/homelab-cluster`. */
  path: pulumi.Input<string>;

  /**
   * The quota that the keys' user will have. A preview fails if RGW says that the bucket already holds more, since every
   * write would then fail. Default: none.
   */
  quota?: QuotaArgs;
}

/** The place in an S3 store that a smoke check proved, the same in preview and update. */
export interface CheckedLocation {
  /** URL of the S3 endpoint. */
  endpoint: string;
  /** The bucket. */
  bucket: string;
  /** Prefix in the bucket. */
  path: string;
}

/**
 * Resolves once an S3 server answered at the endpoint, and the keys could put, list, read and delete an object under
 * the path. A failure ends the update with one sentence about what is wrong. A preview proves nothing. Both warn of
 * settings of the bucket that put backups at risk, where the store can be asked: see `bucketConcerns`.
 */
export function smokeCheck(args: SmokeCheckArgs): pulumi.Output<CheckedLocation> {
  warnsOfPublicHttp(checked(undefined, "connection.endpoint", args.connection.endpoint, endpointRule));
  const checks = pulumi.all([
    connectionOf(args.connection, undefined),
    checked(undefined, "bucket", args.bucket, bucketRule),
    checked(undefined, "path", args.path, pathRule),
  ]);
  const passed = checks.apply(async ([connection, bucket, path]) => {
    if (!pulumi.runtime.isDryRun()) await proveOrError(connection, bucket, path);
    else await refuseSmallQuota(connection, bucket, args.quota);
    const { warnings, notes } = await bucketConcerns(connection, bucket, path);
    for (const warning of warnings) log("warn", warning);
    for (const note of notes) log("info", note);
    return { endpoint: withoutSlash(connection.endpoint), bucket, path };
  });
  return pulumi.unsecret(passed);
}

/** An update has set the quota by then, and cannot write. */
async function refuseSmallQuota(
  connection: S3Connection,
  bucket: string,
  quota: QuotaArgs | undefined,
): Promise<void> {
  const stored = quota && (await storedIn(connection, bucket));
  const problem = stored && quotaProblem(quota, stored, bucket);
  if (problem !== undefined) throw userError(problem, undefined);
}

async function proveOrError(connection: S3Connection, bucket: string, path: string): Promise<void> {
  try {
    await prove(connection, bucket, path);
  } catch (error) {
    throw error instanceof Error ? userError(error.message, undefined) : error;
  }
}

/** Throws an S3Failure unless the keys can do with a bucket what backups need. @internal */
export async function prove(connection: S3Connection, bucket: string, path: string): Promise<void> {
  await probe({ connection, bucket, attempt: "reach the S3 server" });
  const key = smokeKey(path);
  const body = `smoke check ${key}`;
  const client = s3Client(connection);
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw classify(error, { connection, bucket, attempt: `${what} ${bucket}/${key}` });
    }
  };
  const object = { Bucket: bucket, Key: key };
  let version: string | undefined;
  try {
    const put = await attempt("put", () => client.send(new PutObjectCommand({ ...object, Body: body })));
    version = put.VersionId;
    const listed = await attempt("list", () =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key })),
    );
    const read = await attempt("read", async () => {
      const answer = await client.send(new GetObjectCommand(object));
      return answer.Body?.transformToString();
    });
    if (listed.Contents?.some(({ Key }) => Key === key) !== true || read !== body) {
      throw new S3Failure(
        "server",
        `S3 server problem: ${connection.endpoint} does not give back what it was given.`,
      );
    }
    await attempt("delete", () => remove(client, object, version));
  } catch (error) {
    // Delete what a failed check leaves, if possible. The error to report is the check's own.
    const isAnswering = !(error instanceof S3Failure && error.kind === "network");
    if (isAnswering) await remove(client, object, version).catch(() => undefined);
    throw error;
  } finally {
    client.destroy();
  }
}

/**
 * Deletes an object, and in a bucket with versions what that leaves: the version, and the marker of its deletion. Keys
 * that may delete no versions leave them.
 */
async function remove(
  client: S3Client,
  object: { Bucket: string; Key: string },
  version: string | undefined,
): Promise<void> {
  const { VersionId: marker, DeleteMarker } = await client.send(new DeleteObjectCommand(object));
  // Where versioning is suspended the version is called null, and is gone; the marker has that name then.
  for (const VersionId of [
    DeleteMarker === true ? marker : undefined,
    version === "null" ? undefined : version,
  ]) {
    if (VersionId === undefined) continue;
    await client.send(new DeleteObjectCommand({ ...object, VersionId })).catch(() => undefined);
  }
}

/** A new object each time: checks of several stacks never meet, and none can hit a backup. @internal */
export function smokeKey(path: string): string {
  const prefix = path.split("/").filter((part) => part !== "");
  return [...prefix, ".cnpg-rgw-smoke", randomUUID()].join("/");
}
