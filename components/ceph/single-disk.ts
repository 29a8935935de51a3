import * as pulumi from "@pulumi/pulumi";

import { checked } from "../pulumi/arguments.ts";
import { log } from "../pulumi/log.ts";
import { warnsOfRights } from "./ssh/host-rights.ts";
import type { CephHostArgs } from "./ssh/host.ts";
import { remoteJob } from "./ssh/remote-job.ts";
import { commandRule } from "./rgw-user/rgw-user-rules.ts";

/** Arguments of {@link SingleDiskPools}. */
export interface SingleDiskPoolsArgs {
  /** A host where the `ceph` command may change pools and configuration. */
  host: CephHostArgs;

  /**
   * The command on the host, split into words as a shell would. Default: `ceph`. `ceph-host/install.py --single-disk`
   * sets up an account for `sudo ceph`.
   */
  ceph?: pulumi.Input<string | undefined>;
}

/**
 * Makes a Ceph with a single disk usable for the object gateway. The gateway's pools, and pools created later, keep one
 * copy of everything (size and min_size 1), and Ceph's two warnings about that are muted. A Ceph with more than one OSD
 * is refused. Deleting this component does not change these settings back.
 */
export class SingleDiskPools extends pulumi.ComponentResource {
  constructor(name: string, args: SingleDiskPoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:ceph:SingleDiskPools", name, {}, opts);
    log(
      "warn",
      "Single-disk settings are on: Ceph keeps ONE copy of every object. If that disk fails, all backups on it are" +
        " lost, and Ceph will not warn (POOL_NO_REDUNDANCY and TOO_FEW_OSDS are muted). Fine for a homelab that" +
        " copies its backups elsewhere; turn it off as soon as there is a second disk.",
      this,
    );
    const ceph = checked(this, "ceph", args.ceph, commandRule).apply((command) => command ?? "ceph");
    remoteJob(
      `${name}-pools`,
      {
        host: args.host,
        script: "single_disk.py",
        values: { ceph },
        hasDelete: false,
        opts: { transforms: warnsOfRights(this, { command: ceph }) },
      },
      this,
    );
    this.registerOutputs({});
  }
}
