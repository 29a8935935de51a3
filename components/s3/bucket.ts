import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { checked, userError } from "../pulumi/arguments.ts";
import { ifKnown } from "../pulumi/outputs.ts";
import { ambientTrouble } from "./ambient.ts";
import { connectionOf } from "./connection.ts";
import type { S3Connection, S3ConnectionArgs } from "./connection.ts";
import { type FoundBucket, anyRegion, findBucket } from "./existing-bucket.ts";
import { S3Failure } from "./failure.ts";
import { importsBucket } from "./import-bucket.ts";
import { s3Provider } from "./provider.ts";
import { bucketRule } from "./rules.ts";
import { tellsOfPrivateHttp } from "./transport.ts";

/** Arguments of {@link BackupBucket}. */
export interface BackupBucketArgs {
  /** The S3 store, and the keys of the bucket's owner. */
  connection: S3ConnectionArgs;

  /**
   * The bucket's name: 3 to 63 lower-case letters, digits, hyphens and dots, as S3 requires. Changing it creates a new
   * bucket. The old bucket and its objects stay as they are.
   */
  bucket: pulumi.Input<string>;
}

/**
 * A bucket for backups. A bucket that already belongs to the connection's user is imported as it is. A bucket that
 * belongs to another user is an error. Only the bucket itself is managed: RGW mistakes some requests about parts of a
 * bucket that it does not know for requests about the bucket, deletion included.
 *
 * The bucket and its objects outlive the stack: `pulumi destroy`, a change of the name and removal from the program do
 * not delete them. The engine could only delete a bucket as a whole, with what other stacks keep in it. To delete a
 * stack's backups, use `npm run remove-backups`.
 */
export class BackupBucket extends pulumi.ComponentResource {
  /** The bucket's name; resolves once the bucket exists. */
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:s3:BackupBucket", name, {}, opts);

    const trouble = ambientTrouble();
    if (trouble !== undefined) throw userError(trouble, this);
    const connection = connectionOf(args.connection, this);
    const bucketName = checked(this, "bucket", args.bucket, bucketRule);
    const found = pulumi.unsecret(
      pulumi.all([connection, bucketName]).apply((known) => foundOrError(...known, this)),
    );
    // In a first preview the keys may not be known; the update then looks.
    const region = pulumi.runtime.isDryRun()
      ? ifKnown(found).then((known) => known?.region ?? anyRegion)
      : found.region;
    const provider = s3Provider(`${name}-s3`, args.connection, region, this);
    const bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { bucket: bucketName, forceDestroy: false },
      {
        parent: this,
        provider,
        // In the state itself, so that it holds where no program runs, too.
        retainOnDelete: true,
        ...tellsOfPrivateHttp(pulumi.output(args.connection.endpoint), this),
        transforms: importsBucket(found, bucketName, args.connection, this),
      },
    );

    this.bucket = bucket.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }
}

/** In a preview the store and the user may not exist yet. A bucket of another user is an error even then. */
async function foundOrError(
  connection: S3Connection,
  bucket: string,
  resource: pulumi.Resource,
): Promise<FoundBucket> {
  try {
    return await findBucket(connection, bucket);
  } catch (error) {
    const isOfOthers = error instanceof S3Failure && error.kind === "bucket";
    if (pulumi.runtime.isDryRun() && !isOfOthers) return { isOurs: false, region: anyRegion };
    throw error instanceof Error ? userError(error.message, resource) : error;
  }
}
