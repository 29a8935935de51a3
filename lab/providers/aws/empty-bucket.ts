import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  type S3Client,
} from "@aws-sdk/client-s3";

/** Deletes every object, every version, every delete marker and every unfinished upload. */
export async function emptyBucket(client: S3Client, bucket: string, signal: AbortSignal): Promise<void> {
  const options = { abortSignal: signal };
  // Each page is gone before the next is listed, so the first page is always the next one.
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }), options);
    const objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(identify);
    if (objects.length === 0) break;
    await deleteObjects(client, bucket, objects, signal);
  }
  for (;;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }), options);
    if (Uploads.length === 0) break;
    for (const { Key, UploadId } of Uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }), options);
    }
  }
}

function identify({
  Key,
  VersionId,
}: {
  Key?: string | undefined;
  VersionId?: string | undefined;
}): ObjectIdentifier {
  return VersionId === undefined ? { Key } : { Key, VersionId };
}

async function deleteObjects(
  client: S3Client,
  bucket: string,
  objects: ObjectIdentifier[],
  signal: AbortSignal,
): Promise<void> {
  const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } });
  const { Errors } = await client.send(command, { abortSignal: signal });
  const first = Errors?.[0];
  if (first === undefined) return;
  throw new Error(
    `${Errors?.length ?? 0} objects could not be deleted, the first ${first.Key ?? ""}: ${first.Code ?? ""} ${first.Message ?? ""}`,
  );
}
