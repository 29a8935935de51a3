import * as pulumi from "@pulumi/pulumi";

import { checked, shown, userError } from "../../pulumi/arguments.ts";
import { log } from "../../pulumi/log.ts";
import type { CephHostArgs } from "../ssh/host.ts";
import { remoteJob } from "../ssh/remote-job.ts";
import { radosgwAdminOf } from "./radosgw-admin.ts";
import { type Inspection, correctsDrift, namesDrift } from "./drift.ts";
import { accessKeyIdRule, keyRotationRule, readOnlyUidRule, secretAccessKeyRule } from "./rgw-user-rules.ts";
import { type RgwUserKeysArgs, afterwards, generatedKeys } from "./rgw-user.ts";

/** Whose subuser the key is of, and the Ceph host to make it on. */
export interface RgwReadOnlyKeyArgs {
  /** Where `radosgw-admin` runs. */
  host: CephHostArgs;

  /** `uid` of the `RgwUser` that owns the bucket, so that the user is there first. Without a `:`. */
  uid: pulumi.Input<string>;

  /** `ownerId` of the `RgwUser`: the stack that the key belongs to. */
  ownerId: pulumi.Input<string>;

  /** The key, which no other user may have. Default: generated. */
  keys?: RgwUserKeysArgs;

  /**
   * Any text, such as a date, 1 to 100 characters. Another text makes a new generated key; the old one ends once all
   * that uses it has the new one. Not with `keys`. Default: the key is generated once.
   */
  keyRotation?: pulumi.Input<string | undefined>;

  /** See `radosgwAdmin` of `RgwUser`. Needs the verbs `user create` and `metadata get|put`. Default: `radosgw-admin`. */
  radosgwAdmin?: pulumi.Input<string | undefined>;
}

/** What a sidecar of the Barman Cloud plugin keeps a key for, and as much again. */
const secondsUntilOldKeyEnds = 20;

/**
 * A key of an RGW user that can read all of its buckets and change no object: one of the subuser `<uid>:drill`, with
 * `access=read`. It can still make buckets, switch versioning, and set CORS rules and tags of buckets, for RGW asks no
 * more of these than the rights of the owner: a `maxBuckets` of the user bounds the first.
 *
 * A new key is there before the old one ends, which the engine does at the end of an update. Deleting this component
 * ends the key, and the subuser with its last key.
 */
export class RgwReadOnlyKey extends pulumi.ComponentResource {
  /** Secret; resolves once the subuser has this key. */
  readonly accessKeyId: pulumi.Output<string>;

  /** Secret; resolves once the subuser has this key. */
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: RgwReadOnlyKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:ceph:RgwReadOnlyKey", name, {}, opts);
    const uid = checked(this, "uid", args.uid, readOnlyUidRule);
    const keyRotation = checked(this, "keyRotation", args.keyRotation, keyRotationRule).apply(
      (text) => text ?? "",
    );
    if (args.keys !== undefined && args.keyRotation !== undefined)
      throw userError("keyRotation is for generated keys; with keys of your own, declare others", this);
    const keepers = { uid, ...(args.keyRotation !== undefined && { rotation: keyRotation }) };
    const keys = args.keys ?? generatedKeys(name, keepers, this);
    const accessKeyId = pulumi.secret(checked(this, "keys.accessKeyId", keys.accessKeyId, accessKeyIdRule));
    // Generated ones are strong; those of a unit test's mocks need not be.
    const secretRule = args.keys === undefined ? () => undefined : secretAccessKeyRule;
    const secretAccessKey = pulumi.secret(
      checked(this, "keys.secretAccessKey", keys.secretAccessKey, secretRule),
    );
    const key = remoteJob(
      `${name}-key`,
      {
        host: args.host,
        script: "rgw_read_only_key.py",
        values: {
          radosgwAdmin: radosgwAdminOf(this, args.radosgwAdmin),
          uid,
          accessKeyId,
          secretAccessKey,
          owner: { id: args.ownerId },
          existingKeys: "refuse",
          afterSeconds: secondsUntilOldKeyEnds,
        },
        hasDelete: true,
        // Another key is another resource, so that the old one ends when everything has the new one.
        triggers: [uid, accessKeyId],
        opts: {
          transforms: correctsDrift(this, differing, { isQuiet: true }),
          ...namesDrift(this, differing),
        },
      },
      this,
    );
    pulumi.all([key.stdout, uid]).apply(([said, known]) => {
      if (said === "refused") log("warn", refusedByHost(known), this);
    });

    this.accessKeyId = afterwards(key, accessKeyId);
    this.secretAccessKey = afterwards(key, secretAccessKey);
    this.registerOutputs({ accessKeyId: this.accessKeyId, secretAccessKey: this.secretAccessKey });
  }
}

const differing = ({ differs }: Inspection): string[] => differs;

const refusedByHost = (uid: string): string =>
  `RGW user ${shown(uid)} did not get the key that can only read, so restore drills fail: the account on the Ceph host ` +
  "was set up by an earlier version of ceph-host/install.py, and may not write it. Run the current one there again, as " +
  "docs/ceph-setup.md says, with the same options, and then `pulumi up`. Until then, to be without drills: `pulumi config " +
  "set --path cnpg-rgw:drills.enabled false`";
