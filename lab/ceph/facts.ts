import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hosts } from "../layout.ts";
import { endpoints, ports } from "./config.ts";
import { accessDir, pveFile } from "./host.ts";
import { adminUser } from "./rootfs.ts";

/** The CA that signed RGW's certificate, as PEM. */
export const caFile = join(accessDir, "ca.crt");
export const privateKeyFile = join(accessDir, "id_ed25519");

export interface CephFacts {
  readonly endpointHttp: string;
  readonly endpointHttps: string;
  readonly caFile: string;
  readonly ssh: {
    readonly address: string;
    readonly port: number;
    readonly user: string;
    /** "ssh-ed25519 AAAA…" */
    readonly hostKey: string;
    readonly privateKeyFile: string;
  };
}

/** How to reach the Ceph host. Throws before the first `up`, which makes its keys. */
export function cephFacts(): CephFacts {
  const [type = "", key = ""] = readFileSync(pveFile("/etc/ssh/ssh_host_ed25519_key.pub"), "utf8").split(" ");
  return {
    endpointHttp: endpoints.http,
    endpointHttps: endpoints.https,
    caFile,
    ssh: {
      address: hosts.pve.address,
      port: ports.ssh,
      user: adminUser,
      hostKey: `${type} ${key}`,
      privateKeyFile,
    },
  };
}
