import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { checked } from "../../pulumi/arguments.ts";
import { addressRule, hostKeyRule, portRule, privateKeyRule, sshUserRule } from "./host-rules.ts";

/** A Ceph host where `radosgw-admin` and `ceph` run, reached over SSH. Python 3.6 or newer must be on it. */
export interface CephHostArgs {
  /** Host name or IP address of the SSH server. */
  address: pulumi.Input<string>;

  /** TCP port of the SSH server, 1 to 65535. Default: 22. */
  port?: pulumi.Input<number | undefined>;

  /**
   * The user to log in as; its login shell must be a POSIX shell. `ceph-host/install.py` sets one up that may do no more
   * there than its work. Previews warn of one that is root, or that sudo lets become root.
   */
  user: pulumi.Input<string>;

  /**
   * The SSH server's public host key, `<type> <base64>`, as `ssh-keyscan -t ed25519 ADDRESS` prints it after the
   * address. Required, since keys of the object store travel over this connection; a server that shows another key
   * is refused. RSA keys are refused: the SSH client of Pulumi's command provider would ask for a SHA-1 signature,
   * which SSH servers no longer make.
   */
  hostKey: pulumi.Input<string>;

  /** Secret. The SSH private key in OpenSSH or PEM format, without a passphrase. */
  privateKey: pulumi.Input<string>;
}

/**
 * What the command provider needs in order to reach the host. A host that does not answer ends within two minutes.
 * @internal
 */
export function sshConnection(
  resource: pulumi.Resource,
  host: CephHostArgs,
): types.input.remote.ConnectionArgs {
  return {
    host: checked(resource, "host.address", host.address, addressRule),
    port: checked(resource, "host.port", host.port, portRule).apply((port) => port ?? 22),
    user: checked(resource, "host.user", host.user, sshUserRule),
    hostKey: checked(resource, "host.hostKey", host.hostKey, hostKeyRule),
    privateKey: pulumi.secret(checked(resource, "host.privateKey", host.privateKey, privateKeyRule)),
    dialErrorLimit: 4,
    perDialTimeout: 15,
  };
}
