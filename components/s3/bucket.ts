import * as pulumi from "@pulumi/pulumi";

import type { S3ConnectionArgs } from "./connection.ts";

export interface BucketProtectionArgs {
  /**
   * On (the default): `pulumi destroy` leaves the bucket and its objects. Off: it deletes both. The change takes
   * effect with the next `pulumi up`, so run that before `pulumi destroy`.
   */
  enabled?: boolean;
}

export interface BackupBucketArgs {
  /** The S3 store, and the keys of the bucket's owner. */
  connection: S3ConnectionArgs;

  /** The bucket's name: 3 to 63 characters, lower-case letters, digits, `-` and `.`, as S3 demands. */
  bucket: pulumi.Input<string>;

  /** Protection against deletion. Default: on. */
  protection?: BucketProtectionArgs;
}

/** A bucket for backups. One that already belongs to the connection's user is adopted as it is. */
export class BackupBucket extends pulumi.ComponentResource {
  /** The bucket's name; resolves once the bucket exists. */
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:s3:BackupBucket", name, {}, opts);
    this.bucket = pulumi.output(args.bucket);
    this.registerOutputs({ bucket: this.bucket });
  }
}
