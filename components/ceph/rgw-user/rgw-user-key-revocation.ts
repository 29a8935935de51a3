import * as pulumi from "@pulumi/pulumi";

import { checked } from "../../pulumi/arguments.ts";
import { type Inspection, correctsDrift, namesDrift } from "./drift.ts";
import type { CephHostArgs } from "../ssh/host.ts";
import { remoteJob } from "../ssh/remote-job.ts";
import { radosgwAdminOf } from "./radosgw-admin.ts";
import { accessKeyIdRule, afterSecondsRule, existingKeysRule, uidRule } from "./rgw-user-rules.ts";

/** Arguments of {@link RgwUserKeyRevocation}. */
export interface RgwUserKeyRevocationArgs {
  /** Where `radosgw-admin` runs. */
  host: CephHostArgs;

  /** The user's id. */
  uid: pulumi.Input<string>;

  /** Secret. The key to keep. Take it from the `RgwUser`, so that the user has it by then. */
  accessKeyId: pulumi.Input<string>;

  /** `ownerId` of the `RgwUser`: the stack whose keys are revoked. Default: the only stack that has the key to keep. */
  ownerId?: pulumi.Input<string | undefined>;

  /** `revoke`: also revoke keys that no stack has declared. `refuse` (the default): leave them. */
  existingKeys?: pulumi.Input<string | undefined>;

  /** See `radosgwAdmin` of `RgwUser`. Needs the verbs `user create` and `metadata get|put`. Default: `radosgw-admin`. */
  radosgwAdmin?: pulumi.Input<string | undefined>;

  /**
   * How long an old key keeps working after everything that this component depends on has the new one, in seconds, 0 to
   * 600. The sidecars of the Barman Cloud plugin keep keys for 10 s. Default: 30. If there is no key to revoke, there is
   * no wait.
   */
  afterSeconds?: pulumi.Input<number | undefined>;
}

/**
 * The last step of a change of keys: revokes the keys of an RGW user that this stack made or declared earlier. It leaves
 * keys of other stacks, and keys that no stack has declared. Set `otherKeys: "leave"` on the `RgwUser`, and put
 * everything that uses the keys into `dependsOn`: then every client has a working key at all times. If the update ends
 * early, the old keys keep working until the next one. Deleting this component does nothing.
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
          radosgwAdmin: radosgwAdminOf(this, args.radosgwAdmin),
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
