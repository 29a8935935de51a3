import * as pulumi from "@pulumi/pulumi";

import { ifKnown } from "../pulumi/outputs.ts";
import { isMocked } from "../pulumi/mocks.ts";
import { log } from "../pulumi/log.ts";
import { withoutSlash } from "./connection.ts";
import type { S3ConnectionArgs } from "./connection.ts";
import { type FoundBucket, isThere } from "./existing-bucket.ts";

/**
 * Has the engine take a bucket of ours over, instead of making one; it does so once. A preview that does not know the
 * keys yet cannot tell whose a bucket is, and so shows it as created.
 */
export function importsBucket(
  found: pulumi.Output<FoundBucket>,
  bucket: pulumi.Output<string>,
  connection: S3ConnectionArgs,
  component: pulumi.Resource,
): pulumi.ResourceTransform[] {
  if (isMocked()) return [];
  return [
    async ({ props, opts }) => {
      const [known, name] = await Promise.all([ifKnown(found), ifKnown(bucket)]);
      if (known === undefined) await tellOfExisting(connection, bucket, component);
      return { props, opts: known?.isOurs === true ? { ...opts, import: name } : opts };
    },
  ];
}

async function tellOfExisting(
  { endpoint, caBundle }: S3ConnectionArgs,
  bucket: pulumi.Output<string>,
  component: pulumi.Resource,
): Promise<void> {
  const known = await ifKnown(pulumi.all([endpoint, caBundle, bucket]));
  if (known === undefined) return;
  const [place, pem, name] = known;
  if (!(await isThere({ endpoint: withoutSlash(place), caBundle: pem }, name))) return;
  log(
    "warn",
    `Bucket ${name} already exists at ${place}. The keys are not known yet: the update imports the bucket if it belongs ` +
      "to their user, and fails if it belongs to another user.",
    component,
  );
}
