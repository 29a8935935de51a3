import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** A Ceph host where `radosgw-admin` and `ceph` run, reached over SSH. Python 3.6 or newer must be on it. */
export interface CephHostArgs {
  /** Host name or IP address of the SSH server. */
  address: pulumi.Input<string>;

  /** TCP port of the SSH server, 1 to 65535. Default: 22. */
  port?: pulumi.Input<number | undefined>;

  /** The user to log in as. It must be allowed to run `radosgw-admin` (see `radosgwAdmin` of RgwUser). */
  user: pulumi.Input<string>;

  /**
   * The SSH server's public host key, `<type> <base64>`, for example `ssh-ed25519 AAAA…`: the second and third
   * field of a line of `ssh-keyscan`. Required, since keys of the object store travel over this connection; a
   * server that shows another key is refused. A value that is not one OpenSSH public key fails at construction.
   */
  hostKey: pulumi.Input<string>;

  /** Secret. The SSH private key in OpenSSH or PEM format, without a passphrase. */
  privateKey: pulumi.Input<string>;
}

/** What the command provider needs in order to reach the host; a host that does not answer ends within two minutes. */
export function sshConnection(host: CephHostArgs): types.input.remote.ConnectionArgs {
  return {
    host: host.address,
    port: pulumi.output(host.port).apply((port) => port ?? 22),
    user: host.user,
    hostKey: host.hostKey,
    privateKey: pulumi.secret(host.privateKey),
    dialErrorLimit: 4,
    perDialTimeout: 15,
  };
}
