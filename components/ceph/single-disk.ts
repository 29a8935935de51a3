import * as pulumi from "@pulumi/pulumi";

import type { CephHostArgs } from "./host.ts";

export interface SingleDiskPoolsArgs {
  /** A host where the `ceph` command may change pools. */
  host: CephHostArgs;

  /** The command on the host, words split as a shell would, for example `sudo ceph`. Default: `ceph`. */
  ceph?: pulumi.Input<string | undefined>;
}

/** Lets the object gateway work on a Ceph of one disk: its pools keep one copy of everything. */
export class SingleDiskPools extends pulumi.ComponentResource {
  constructor(name: string, _args: SingleDiskPoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:ceph:SingleDiskPools", name, {}, opts);
    this.registerOutputs({});
  }
}
