import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";

import { inBatches } from "../components/internal.ts";

/** A bucket, and the prefix in it that is to be looked at, which ends with a slash. */
export interface Below {
  client: S3Client;
  bucket: string;
  prefix: string;
}

/** What lies below a prefix, old versions included. */
export interface Stored {
  objects: number;
  bytes: number;
  newest: Date | undefined;
}

interface StoredVersion {
  key: string;
  versionId: string | undefined;
  bytes: number;
  modified: Date | undefined;
}

/** What lies below a prefix, by the first part of the names below it: the databases, by their prefixes. */
export async function storedBelow(below: Below): Promise<Map<string, Stored>> {
  const found = new Map<string, Stored>();
  let after: Position | undefined = {};
  while (after !== undefined) {
    const page: Page = await versionsOf(below, after);
    for (const version of page.versions) count(found, version, below.prefix);
    after = page.next;
  }
  return found;
}

function count(found: Map<string, Stored>, { key, bytes, modified }: StoredVersion, prefix: string): void {
  const name = key.slice(prefix.length).split("/")[0] ?? "";
  const before = found.get(name) ?? { objects: 0, bytes: 0, newest: undefined };
  const isNewer = modified !== undefined && (before.newest === undefined || modified > before.newest);
  found.set(name, {
    objects: before.objects + 1,
    bytes: before.bytes + bytes,
    newest: isNewer ? modified : before.newest,
  });
}

/** The name of something in the bucket that is not below the prefix; undefined if there is nothing else in it. */
export async function storedBeside({ client, bucket, prefix }: Below): Promise<string | undefined> {
  const parts = prefix.split("/").slice(0, -1);
  for (const [depth, part] of parts.entries()) {
    const above = parts
      .slice(0, depth)
      .map((name) => `${name}/`)
      .join("");
    const names = await namesIn({ client, bucket, prefix: above });
    const other = names.find((name) => name !== `${above}${part}/`);
    if (other !== undefined) return other;
  }
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return Uploads?.map(({ Key = "" }) => Key).find((key) => !key.startsWith(prefix));
}

/** The first names in a folder: enough of them to find one beside a given one. */
async function namesIn({ client, bucket: Bucket, prefix: Prefix }: Below): Promise<string[]> {
  const ask = { Bucket, Prefix, Delimiter: "/" };
  const page = await client.send(new ListObjectVersionsCommand(ask)).catch(async (error: unknown) => {
    if (!isUnknownToStore(error)) throw error;
    const { Contents, CommonPrefixes } = await client.send(new ListObjectsV2Command(ask));
    return { Versions: Contents, DeleteMarkers: [], CommonPrefixes };
  });
  const objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key }) => Key ?? "");
  return [...objects, ...(page.CommonPrefixes ?? []).map(({ Prefix: folder }) => folder ?? "")];
}

/**
 * Deletes what lies below a prefix, and nothing else: every version, every delete marker and every unfinished upload.
 * Ends with an error where the store refuses to delete one.
 */
export async function removeBelow(below: Below, progress: (removed: number) => void): Promise<void> {
  let removed = 0;
  let last: StoredVersion | undefined;
  // Each page is gone before the next is listed, so the first page is always the next one.
  for (let page = await versionsOf(below); page.versions.length > 0; page = await versionsOf(below)) {
    const [first] = page.versions;
    if (first?.key === last?.key && first?.versionId === last?.versionId)
      throw new Error(`The store still lists ${first?.key ?? ""}, although it said that it deleted it.`);
    last = first;
    await inBatches(page.versions, async ({ key, versionId }) => {
      requireBelow(key, below);
      const target = { Bucket: below.bucket, Key: key, VersionId: versionId };
      await below.client.send(new DeleteObjectCommand(target));
    });
    removed += page.versions.length;
    progress(removed);
  }
  for (let uploads = await uploadsOf(below); uploads.length > 0; uploads = await uploadsOf(below)) {
    await inBatches(uploads, async ({ Key = "", UploadId }) => {
      requireBelow(Key, below);
      await below.client.send(new AbortMultipartUploadCommand({ Bucket: below.bucket, Key, UploadId }));
    });
  }
}

/** A store's answer decides what is deleted: it is not believed where it names what was not asked for. */
function requireBelow(key: string, { prefix }: Below): void {
  if (!key.startsWith(prefix))
    throw new Error(
      `The store lists ${key}, which is not below ${prefix}. Nothing outside ${prefix} is deleted.`,
    );
}

/** Unfinished uploads below a prefix, a page of them. */
export async function uploadsOf({ client, bucket, prefix }: Below) {
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  return Uploads ?? [];
}

/** Deletes a bucket, which the store refuses while anything is in it. */
export async function removeEmptyBucket({ client, bucket }: Omit<Below, "prefix">): Promise<void> {
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
}

interface Position {
  KeyMarker?: string | undefined;
  VersionIdMarker?: string | undefined;
  /** Of a store without versions. */
  ContinuationToken?: string | undefined;
}

interface Page {
  versions: StoredVersion[];
  next: Position | undefined;
}

async function versionsOf(below: Below, position: Position = {}): Promise<Page> {
  const { ContinuationToken, ...markers } = position;
  if (ContinuationToken !== undefined) return objectsOf(below, ContinuationToken);
  const ask = { Bucket: below.bucket, Prefix: below.prefix, ...markers };
  try {
    const page = await below.client.send(new ListObjectVersionsCommand(ask));
    const markersOfDeletion = (page.DeleteMarkers ?? []).map((marker) => ({ ...marker, Size: 0 }));
    const versions = [...(page.Versions ?? []), ...markersOfDeletion].map((version) => ({
      key: version.Key ?? "",
      versionId: version.VersionId,
      bytes: version.Size ?? 0,
      modified: version.LastModified,
    }));
    const next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    return { versions, next: page.IsTruncated === true ? next : undefined };
  } catch (error) {
    if (isUnknownToStore(error)) return objectsOf(below);
    throw error;
  }
}

async function objectsOf({ client, bucket, prefix }: Below, token?: string): Promise<Page> {
  const ask = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
  const page = await client.send(new ListObjectsV2Command(ask));
  const versions = (page.Contents ?? []).map(({ Key = "", Size = 0, LastModified }) => ({
    key: Key,
    versionId: undefined,
    bytes: Size,
    modified: LastModified,
  }));
  const ContinuationToken = page.NextContinuationToken;
  return { versions, next: ContinuationToken === undefined ? undefined : { ContinuationToken } };
}

/** Garage, for one, knows no versions, and says so. */
const isUnknownToStore = (error: unknown): boolean =>
  error instanceof Error && ["NotImplemented", "MethodNotAllowed"].includes(error.name);
