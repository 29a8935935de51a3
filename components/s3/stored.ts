import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { z } from "zod";

import { isPlainObject } from "../text/plain-object.ts";
import { s3Client } from "./client.ts";
import type { S3Connection } from "./connection.ts";

/** Limits on what a user may store. */
export interface QuotaArgs {
  /** Bytes that may be stored. */
  maxSizeBytes?: number | undefined;
  /** Objects that may be stored. */
  maxObjects?: number | undefined;
}

/** What a bucket holds. @internal */
export interface StoredInBucket {
  bytes: number;
  objects: number;
}

const count = z.coerce.number().int().nonnegative();
const answer = z.object({
  response: z.object({
    headers: z.object({ "x-rgw-bytes-used": count, "x-rgw-object-count": count }),
  }),
});

/** What RGW says that a bucket holds; undefined where it does not say, or the store is another one. @internal */
export async function storedIn(
  connection: S3Connection,
  bucket: string,
): Promise<StoredInBucket | undefined> {
  const client = s3Client(connection);
  let stored: StoredInBucket | undefined;
  client.middlewareStack.add(
    (next) => (args) => {
      // Newer releases count only when asked to; older ones take no notice of it.
      askForStats(args.request);
      return next(args);
    },
    { step: "build", name: "askForStats" },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { data } = answer.safeParse(result);
      const headers = data?.response.headers;
      if (headers) stored = { bytes: headers["x-rgw-bytes-used"], objects: headers["x-rgw-object-count"] };
      return result;
    },
    { step: "deserialize", name: "readStats" },
  );
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return stored;
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}

function askForStats(request: unknown): void {
  const isRequest = typeof request === "object" && request !== null && "query" in request;
  if (isRequest && isPlainObject(request.query)) Object.assign(request.query, { "read-stats": "true" });
}

/** Why a quota cannot be set: more is stored already, and every write would fail, WAL included. @internal */
export function quotaProblem(quota: QuotaArgs, stored: StoredInBucket, bucket: string): string | undefined {
  const limits = [
    { key: "maxSizeBytes", limit: quota.maxSizeBytes, held: stored.bytes, unit: "bytes" },
    { key: "maxObjects", limit: quota.maxObjects, held: stored.objects, unit: "objects" },
  ];
  const broken = limits.find(({ limit, held }) => limit !== undefined && held > limit);
  if (broken === undefined) return undefined;
  const { key, limit, held, unit } = broken;
  return (
    `quota.${key} is ${limit ?? 0}, and bucket ${bucket} already holds ${held} ${unit}: the store would refuse every ` +
    `write, WAL included. Set it well above ${held}.`
  );
}
