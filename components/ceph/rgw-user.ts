import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { checked } from "../check.ts";
import { type Inspection, correctsDrift, namesDrift } from "./drift.ts";
import { refusesKeysInUse, refusesKeysInUseElsewhere } from "./existing-user.ts";
import { warnsOfRights } from "./host-rights.ts";
import type { CephHostArgs } from "./host.ts";
import { remoteJob } from "./remote-job.ts";
import {
  accessKeyIdRule,
  commandRule,
  displayNameRule,
  existingKeysRule,
  maxBucketsRule,
  onDeleteRule,
  otherKeysRule,
  quotaRule,
  secretAccessKeyRule,
  uidRule,
} from "./rgw-user-rules.ts";

/** Limits on what an RGW user may store in all of its buckets together. A limit that is left out is not enforced. */
export interface RgwUserQuotaArgs {
  /** Bytes, 1 or more (`radosgw-admin quota set --quota-scope=user --max-size`). */
  maxSizeBytes?: pulumi.Input<number | undefined>;

  /** Number of objects, 1 or more (`radosgw-admin quota set --quota-scope=user --max-objects`). */
  maxObjects?: pulumi.Input<number | undefined>;
}

/** The S3 keys of an RGW user. */
export interface RgwUserKeysArgs {
  /**
   * Secret. 1 to 128 visible ASCII characters other than `/` and `,`, since S3 requests carry it in a header.
   * A key that belongs to another user of the object store is refused.
   */
  accessKeyId: pulumi.Input<string>;

  /** Secret. ASCII characters, at least one. */
  secretAccessKey: pulumi.Input<string>;
}

export interface RgwUserArgs {
  /** Where `radosgw-admin` runs. */
  host: CephHostArgs;

  /**
   * The user's id (`radosgw-admin --uid`), for example `cnpg-backup`, or `tenant$user`: up to 2040 bytes of any text
   * without NUL; a tenant has letters, digits and _ only. Changing it makes a new user,
   * and then deletes the old one as `onDelete` says. Buckets stay with the old user: change the bucket's name too.
   */
  uid: pulumi.Input<string>;

  /** Name for people (`--display-name`), any text without NUL. Default: the uid. */
  displayName?: pulumi.Input<string | undefined>;

  /** How many buckets the user may own (`--max-buckets`); 0 is any number, -1 none. Default: 10. */
  maxBuckets?: pulumi.Input<number | undefined>;

  /** Limits on what the user may store. Default: none is enforced. */
  quota?: RgwUserQuotaArgs;

  /** The user's only S3 keys after `pulumi up`; see `otherKeys`. Default: generated. */
  keys?: RgwUserKeysArgs;

  /**
   * Keys that the user has beside the declared one. `revoke` (the default): they stop working before anybody can have
   * the declared one. `leave`: they go on working, so that new keys can reach those who use the old ones; let an
   * `RgwUserKeyRevocation` that depends on those end them.
   */
  otherKeys?: pulumi.Input<string | undefined>;

  /**
   * A user that is there already when this component is made, or when `host` or `radosgwAdmin` come to mean another
   * Ceph, with keys beside the declared one. `refuse` (the default): an error, in the preview already, and nothing is changed, for somebody may be using them; declare the key in use as
   * `keys`. `revoke`: they end, as `otherKeys` says. A user without keys, as `onDelete: "keep"` leaves it, is adopted.
   */
  existingKeys?: pulumi.Input<string | undefined>;

  /**
   * The command on the host, split into words as a shell would, but not run by one: variables, pipes and the like are
   * refused outside of single quotes. For example `sudo radosgw-admin`, for which `ceph-host/install.py` sets an account
   * up. Needs the verbs `user create|info|enable|rm`, `metadata get|put` and `bucket list`. Default: `radosgw-admin`.
   */
  radosgwAdmin?: pulumi.Input<string | undefined>;

  /**
   * What `pulumi destroy` does. `remove` (the default): remove the user; an error if it still owns a bucket.
   * `keep`: revoke its key, and leave the user and its buckets; with `otherKeys: "leave"` all of its keys, for they may
   * be left of an update that was broken off. Stored objects are never deleted. A user that has other keys than the
   * declared one by now, and not that one, is somebody else's, and is left alone in both cases.
   */
  onDelete?: pulumi.Input<string | undefined>;
}

/**
 * A user of the Ceph object gateway (RGW) with just the declared name, limits and keys; an existing one is adopted.
 * Each preview and update looks whether the user still is as declared, and corrects what was changed by hand.
 */
export class RgwUser extends pulumi.ComponentResource {
  /** The user's id; resolves once the user is as declared. */
  readonly uid: pulumi.Output<string>;

  /** Secret; resolves once the user has this key. */
  readonly accessKeyId: pulumi.Output<string>;

  /** Secret; resolves once the user has this key. */
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: RgwUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:ceph:RgwUser", name, {}, opts);

    const uid = checked(this, "uid", args.uid, uidRule);
    const keys = args.keys ?? generatedKeys(name, uid, this);
    const accessKeyId = pulumi.secret(checked(this, "keys.accessKeyId", keys.accessKeyId, accessKeyIdRule));
    const secretAccessKey = pulumi.secret(
      checked(this, "keys.secretAccessKey", keys.secretAccessKey, secretAccessKeyRule),
    );
    const maxSizeBytes = checked(this, "quota.maxSizeBytes", args.quota?.maxSizeBytes, quotaRule);
    const maxObjects = checked(this, "quota.maxObjects", args.quota?.maxObjects, quotaRule);
    const values = {
      radosgwAdmin: checked(this, "radosgwAdmin", args.radosgwAdmin, commandRule).apply(
        (command) => command ?? "radosgw-admin",
      ),
      uid,
      displayName: checked(this, "displayName", args.displayName, displayNameRule).apply(
        (given) => given ?? uid,
      ),
      maxBuckets: checked(this, "maxBuckets", args.maxBuckets, maxBucketsRule).apply((max) => max ?? 10),
      quota: { maxSizeBytes, maxObjects },
      accessKeyId,
      secretAccessKey,
      otherKeys: checked(this, "otherKeys", args.otherKeys, otherKeysRule).apply((mode) => mode ?? "revoke"),
      existingKeys: checked(this, "existingKeys", args.existingKeys, existingKeysRule).apply(
        (mode) => mode ?? "refuse",
      ),
      onDelete: checked(this, "onDelete", args.onDelete, onDeleteRule).apply((mode) => mode ?? "remove"),
    };
    const user = remoteJob(
      `${name}-user`,
      {
        host: args.host,
        script: "rgw_user.py",
        values,
        first: "adopt",
        hasDelete: true,
        triggers: [uid],
        opts: {
          transforms: warnsOfRights(
            this,
            { command: values.radosgwAdmin, uid },
            correctsDrift(this, differing),
          ),
          ...[refusesKeysInUseElsewhere(this), namesDrift(this, differing)].reduce(
            (opts, more) => pulumi.mergeOptions(opts, more),
            refusesKeysInUse(this, args.host, values, { areGenerated: args.keys === undefined }),
          ),
        },
      },
      this,
    );

    this.uid = afterwards(user, uid);
    this.accessKeyId = afterwards(user, accessKeyId);
    this.secretAccessKey = afterwards(user, secretAccessKey);
    this.registerOutputs({
      uid: this.uid,
      accessKeyId: this.accessKeyId,
      secretAccessKey: this.secretAccessKey,
    });
  }
}

const differing = ({ differs }: Inspection): string[] => differs;

/** New keys for a new uid: a key belongs to one user at a time, and the old user keeps its own until it is deleted. */
function generatedKeys(name: string, uid: pulumi.Output<string>, parent: pulumi.Resource): RgwUserKeysArgs {
  const keepers = { uid };
  return {
    accessKeyId: new random.RandomPassword(
      `${name}-access-key-id`,
      { length: 20, lower: false, special: false, keepers },
      { parent },
    ).result,
    secretAccessKey: new random.RandomPassword(
      `${name}-secret-access-key`,
      { length: 40, special: false, keepers },
      { parent },
    ).result,
  };
}

/** The value, once the resource is as declared. Unlike its stdout, its id is known in the preview of an update. */
function afterwards(resource: pulumi.CustomResource, value: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.all([resource.id, value]).apply(([, known]) => known);
}
