import * as pulumi from "@pulumi/pulumi";

import { checked } from "../../pulumi/arguments.ts";
import { type Inspection, correctsDrift, namesDrift } from "./drift.ts";
import type { CephHostArgs } from "../ssh/host.ts";
import { remoteJob } from "../ssh/remote-job.ts";
import {
  accessKeyIdRule,
  afterSecondsRule,
  commandRule,
  existingKeysRule,
  uidRule,
} from "./rgw-user-rules.ts";

export interface RgwUserKeyRevocationArgs {
  /** Where `radosgw-admin` runs. */
  host: CephHostArgs;

  /** The user's id. */
  uid: pulumi.Input<string>;

  /** Secret. The key that stays: take it from the `RgwUser`, so that the user has it by then. */
  accessKeyId: pulumi.Input<string>;

  /** `ownerId` of the `RgwUser`: whose keys end. Default: those of the only stack that the key which stays is of. */
  ownerId?: pulumi.Input<string | undefined>;

  /** `revoke`: keys that no stack has declared end, too. `refuse` (the default): they are left. */
  existingKeys?: pulumi.Input<string | undefined>;

  /** See `radosgwAdmin` of `RgwUser`. Needs the verbs `user create` and `metadata get|put`. Default: `radosgw-admin`. */
  radosgwAdmin?: pulumi.Input<string | undefined>;

  /**
   * How long an old key goes on working once all that this component depends on has the new one, in seconds, 0 to 600.
   * The sidecars of the Barman Cloud plugin keep keys for 10 s. Default: 30. There is no wait where there is no key to
   * revoke.
   */
  afterSeconds?: pulumi.Input<number | undefined>;
}

/**
 * The last step of a change of keys: revokes those keys of an RGW user that this stack made or declared before. Keys
 * of other stacks, and those that nobody has declared, are left. With `otherKeys: "leave"` on the `RgwUser`, and whoever uses the keys in `dependsOn`, nobody is without a key that works. If the update ends before,
 * the old keys go on working until the next one. Deleting this component does nothing.
 */
export class RgwUserKeyRevocation extends pulumi.ComponentResource {
  constructor(name: string, args: RgwUserKeyRevocationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:ceph:RgwUserKeyRevocation", name, {}, opts);
    remoteJob(
      `${name}-keys`,
      {
        host: args.host,
        script: "rgw_user_key_revocation.py",
        values: {
          radosgwAdmin: checked(this, "radosgwAdmin", args.radosgwAdmin, commandRule).apply(
            (command) => command ?? "radosgw-admin",
          ),
          uid: checked(this, "uid", args.uid, uidRule),
          accessKeyId: pulumi.secret(checked(this, "accessKeyId", args.accessKeyId, accessKeyIdRule)),
          owner: { id: pulumi.output(args.ownerId).apply((id) => id ?? null) },
          existingKeys: checked(this, "existingKeys", args.existingKeys, existingKeysRule).apply(
            (mode) => mode ?? "refuse",
          ),
          afterSeconds: checked(this, "afterSeconds", args.afterSeconds, afterSecondsRule).apply(
            (seconds) => seconds ?? 30,
          ),
        },
        hasDelete: false,
        // The script's own time, and the longest `afterSeconds`.
        timeout: "14m",
        opts: { transforms: correctsDrift(this, toRevoke), ...namesDrift(this, toRevoke) },
      },
      this,
    );
    this.registerOutputs({});
  }
}

const toRevoke = ({ oldKeys }: Inspection): string[] => (oldKeys === 0 ? [] : ["other keys"]);
