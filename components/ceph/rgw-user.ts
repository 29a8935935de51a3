import * as pulumi from "@pulumi/pulumi";

import type { CephHostArgs } from "./host.ts";

/** Limits on what an RGW user may store in all of its buckets together. A limit that is left out is not enforced. */
export interface RgwUserQuotaArgs {
  /** Bytes, 1 or more (`radosgw-admin quota set --max-size`). Rounded up to 4 KiB by RGW's own accounting. */
  maxSizeBytes?: pulumi.Input<number | undefined>;

  /** Number of objects, 1 or more (`radosgw-admin quota set --max-objects`). */
  maxObjects?: pulumi.Input<number | undefined>;
}

/** The S3 keys of an RGW user. */
export interface RgwUserKeysArgs {
  /** Secret. Unique in the object store; a key that belongs to another user is refused. */
  accessKeyId: pulumi.Input<string>;

  /** Secret. */
  secretAccessKey: pulumi.Input<string>;
}

export interface RgwUserArgs {
  /** Where `radosgw-admin` runs. */
  host: CephHostArgs;

  /** The user's id (`radosgw-admin --uid`), for example `cnpg-backup`, or `tenant$user`. */
  uid: pulumi.Input<string>;

  /** Name for people (`--display-name`). Default: the uid. */
  displayName?: pulumi.Input<string | undefined>;

  /** How many buckets the user may own (`--max-buckets`), 1 or more. Default: 10. */
  maxBuckets?: pulumi.Input<number | undefined>;

  /** Limits on what the user may store. Default: none is enforced. */
  quota?: RgwUserQuotaArgs;

  /** The user's only keys after `pulumi up`: any other key of it is removed. Default: generated. */
  keys?: RgwUserKeysArgs;

  /** The command on the host, words split as a shell would. Default: `radosgw-admin`. */
  radosgwAdmin?: pulumi.Input<string | undefined>;

  /**
   * What `pulumi destroy` does: `remove` (the default) removes the user, and fails if it still owns a bucket;
   * `keep` takes all of its keys away and leaves the user and what it owns. Stored objects are never deleted.
   */
  onDelete?: pulumi.Input<string | undefined>;
}

/** A user of the Ceph object gateway (RGW) with just the declared name, limits and keys; an existing one is adopted. */
export class RgwUser extends pulumi.ComponentResource {
  /** The user's id; resolves once the user is as declared. */
  readonly uid: pulumi.Output<string>;

  /** Secret; resolves once the user has this key. */
  readonly accessKeyId: pulumi.Output<string>;

  /** Secret; resolves once the user has this key. */
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: RgwUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:ceph:RgwUser", name, {}, opts);
    this.uid = pulumi.output(args.uid);
    this.accessKeyId = pulumi.secret("");
    this.secretAccessKey = pulumi.secret("");
    this.registerOutputs({});
  }
}
