import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { checked, userError } from "../../pulumi/arguments.ts";
import { type Inspection, correctsDrift, namesDrift } from "./drift.ts";
import { refusesKeysInUse, refusesKeysInUseElsewhere } from "./existing-user.ts";
import { marksBeforeNewKeys } from "./first-mark.ts";
import { warnsOfRights } from "../ssh/host-rights.ts";
import type { CephHostArgs } from "../ssh/host.ts";
import { remoteJob } from "../ssh/remote-job.ts";
import { radosgwAdminOf } from "./radosgw-admin.ts";
import {
  accessKeyIdRule,
  displayNameRule,
  existingKeysRule,
  keyRotationRule,
  maxBucketsRule,
  onDeleteRule,
  otherKeysRule,
  quotaRule,
  secretAccessKeyRule,
  takeOverFromRule,
  uidRule,
} from "./rgw-user-rules.ts";
import { stackOwner } from "./stack-owner.ts";

/** Limits on what an RGW user may store in all its buckets together. A limit that you leave out is not enforced. */
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

  /** Secret. At least 16 ASCII characters, 5 of them different: anyone who guesses it can delete all backups. */
  secretAccessKey: pulumi.Input<string>;
}

/** Arguments of {@link RgwUser}. */
export interface RgwUserArgs {
  /** Where `radosgw-admin` runs. */
  host: CephHostArgs;

  /**
   * The user's id (`radosgw-admin --uid`), for example `cnpg-backup`, or `tenant$user`: up to 2040 bytes of any text
   * without NUL; a tenant has letters, digits and _ only. Changing it creates a new user, and then deletes the old one
   * as `onDelete` says. Buckets stay with the old user, so change the bucket's name too.
   */
  uid: pulumi.Input<string>;

  /** Name for people (`--display-name`), any text without NUL. Default: the uid. */
  displayName?: pulumi.Input<string | undefined>;

  /** How many buckets the user may own (`--max-buckets`). 0 means any number, -1 none. Default: 10. */
  maxBuckets?: pulumi.Input<number | undefined>;

  /** Limits on what the user may store. Default: none is enforced. */
  quota?: RgwUserQuotaArgs;

  /** The S3 keys of this stack. See `otherKeys` for its previous keys. Default: generated. */
  keys?: RgwUserKeysArgs;

  /**
   * Any text, such as a date, 1 to 100 characters. Change it to generate new keys; the old ones are revoked as
   * `otherKeys` says. Not with `keys`: to replace those, declare other keys. Default: keys are generated once.
   */
  keyRotation?: pulumi.Input<string | undefined>;

  /**
   * What happens to keys that this stack made or declared earlier. `revoke` (the default): they stop working before any
   * client can have the declared one. `leave`: they keep working, so that clients can get the new key first; let an
   * `RgwUserKeyRevocation` that depends on those clients revoke them. Keys of other stacks are left in both cases.
   */
  otherKeys?: pulumi.Input<string | undefined>;

  /**
   * What happens to keys of the user that no stack has declared, such as those of a user made by hand.
   *
   * - `refuse` (the default): it is an error, in the preview already, if the user already exists with such keys when
   *   this component is created, or when `host` or `radosgwAdmin` change to another Ceph. Nothing is changed then. Keys
   *   that are added later are left, with a warning.
   * - `revoke`: they are revoked, as `otherKeys` says.
   *
   * A user without keys is adopted in both cases. A user of another stack is refused in both.
   */
  existingKeys?: pulumi.Input<string | undefined>;

  /**
   * Takes the user over from a stack that is gone for good. Give the stack's name as the error shows it, such as
   * `organization/cnpg-rgw/homelab`. Its keys then count as undeclared: see `existingKeys`. Default: none.
   */
  takeOverFrom?: pulumi.Input<string | undefined>;

  /**
   * The command on the host. It is split into words as a shell would, but no shell runs it: variables, pipes and the
   * like are refused outside single quotes. Example: `sudo radosgw-admin`, for which `ceph-host/install.py` sets up an
   * account. Needs the verbs `user create|info|enable|rm`, `metadata get|put` and `bucket list`. Default:
   * `radosgw-admin`.
   */
  radosgwAdmin?: pulumi.Input<string | undefined>;

  /**
   * What `pulumi destroy` does.
   *
   * - `remove` (the default): removes the user. It is an error if the user still owns a bucket.
   * - `keep`: revokes the keys that this stack made, and leaves the user and its buckets.
   *
   * A user that this stack did not create is left in both cases, with the keys that it had before. So is a user that has
   * other keys as well. Stored objects are never deleted.
   */
  onDelete?: pulumi.Input<string | undefined>;
}

/**
 * A user of the Ceph object gateway (RGW) with the declared name, limits and keys. An existing user is adopted. Each
 * preview and update checks whether the user is still as declared, and the update corrects what was changed by hand. A
 * mark among the user's placement tags, which Ceph leaves alone, records which stack it belongs to and whose keys are
 * which.
 */
export class RgwUser extends pulumi.ComponentResource {
  /** The user's id; resolves once the user is as declared. */
  readonly uid: pulumi.Output<string>;

  /** Secret; resolves once the user has this key. */
  readonly accessKeyId: pulumi.Output<string>;

  /** Secret; resolves once the user has this key. */
  readonly secretAccessKey: pulumi.Output<string>;

  /** The id of this stack in the user's mark: for `RgwUserKeyRevocation`. */
  readonly ownerId: pulumi.Output<string>;

  constructor(name: string, args: RgwUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:ceph:RgwUser", name, {}, opts);

    const uid = checked(this, "uid", args.uid, uidRule);
    const keyRotation = checked(this, "keyRotation", args.keyRotation, keyRotationRule).apply(
      (text) => text ?? "",
    );
    if (args.keys !== undefined && args.keyRotation !== undefined)
      throw userError(
        "keyRotation is for generated keys only. To replace keys of your own, declare others",
        this,
      );
    const keys =
      args.keys ??
      generatedKeys(name, { uid, ...(args.keyRotation !== undefined && { rotation: keyRotation }) }, this);
    const owner = stackOwner(name, this);
    const accessKeyId = pulumi.secret(checked(this, "keys.accessKeyId", keys.accessKeyId, accessKeyIdRule));
    // Generated keys are strong; those of a unit test's mocks need not be.
    const secretKeyRule = args.keys === undefined ? () => undefined : secretAccessKeyRule;
    const secretAccessKey = pulumi.secret(
      checked(this, "keys.secretAccessKey", keys.secretAccessKey, secretKeyRule),
    );
    const maxSizeBytes = checked(this, "quota.maxSizeBytes", args.quota?.maxSizeBytes, quotaRule);
    const maxObjects = checked(this, "quota.maxObjects", args.quota?.maxObjects, quotaRule);
    const values = {
      radosgwAdmin: radosgwAdminOf(this, args.radosgwAdmin),
      uid,
      displayName: checked(this, "displayName", args.displayName, displayNameRule).apply(
        (given) => given ?? uid,
      ),
      maxBuckets: checked(this, "maxBuckets", args.maxBuckets, maxBucketsRule).apply((max) => max ?? 10),
      quota: { maxSizeBytes, maxObjects },
      accessKeyId,
      secretAccessKey,
      keysAreGenerated: args.keys === undefined,
      owner,
      takeOverFrom: checked(this, "takeOverFrom", args.takeOverFrom, takeOverFromRule).apply(
        (stack) => stack ?? "",
      ),
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
          ...[refusesKeysInUseElsewhere(this), marksBeforeNewKeys(this), namesDrift(this, differing)].reduce(
            (opts, more) => pulumi.mergeOptions(opts, more),
            refusesKeysInUse(this, args.host, values),
          ),
        },
      },
      this,
    );

    this.uid = afterwards(user, uid);
    this.accessKeyId = afterwards(user, accessKeyId);
    this.secretAccessKey = afterwards(user, secretAccessKey);
    this.ownerId = owner.id;
    this.registerOutputs({
      uid: this.uid,
      accessKeyId: this.accessKeyId,
      secretAccessKey: this.secretAccessKey,
      ownerId: this.ownerId,
    });
  }
}

const differing = ({ differs }: Inspection): string[] => differs;

/**
 * New keys for a new uid: a key belongs to one user at a time, and the old user keeps its own until it is deleted.
 * @internal
 */
export function generatedKeys(
  name: string,
  keepers: Record<string, pulumi.Output<string>>,
  parent: pulumi.Resource,
): RgwUserKeysArgs {
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

/**
 * The value, once the resource is as declared. Unlike its stdout, its id is known in the preview of an update.
 * @internal
 */
export function afterwards(
  resource: pulumi.CustomResource,
  value: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi.all([resource.id, value]).apply(([, known]) => known);
}
