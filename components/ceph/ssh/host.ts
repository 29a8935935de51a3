import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { checked } from "../../pulumi/arguments.ts";
import { addressRule, hostKeyRule, portRule, privateKeyRule, sshUserRule } from "./host-rules.ts";

/** A Ceph host where `radosgw-admin` and `ceph` run, reached over SSH. It needs Python 3.6 or newer. */
export interface CephHostArgs {
  /** Host name or IP address of the SSH server. */
  address: pulumi.Input<string>;

  /** TCP port of the SSH server, 1 to 65535. Default: 22. */
  port?: pulumi.Input<number | undefined>;

  /**
   * The user to log in as. Its login shell must be a POSIX shell. `ceph-host/install.py` sets up an account that may do
   * only what the stack needs. Previews warn if the user is root, or if sudo lets it become root.
   */
  user: pulumi.Input<string>;

  /**
   * The SSH server's public host key, `<type> <base64>`, used to verify the host. `ssh-keyscan -t ed25519 ADDRESS`
   * prints it after the address. Required, since keys of the object store travel over this connection. A server with
   * another key is refused. So are RSA keys: the SSH client of Pulumi's command provider asks for SHA-1 signatures,
   * which SSH servers no longer make.
   */
  hostKey: pulumi.Input<string>;

  /** Secret. The SSH private key in OpenSSH or PEM format, without a passphrase. */
  privateKey: pulumi.Input<string>;
}

/**
 * What the command provider needs to reach the host. It gives up on a host that does not answer within two minutes.
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
