import { readFileSync } from "node:fs";
import type { Daemon } from "../host/daemon.ts";
import { inPveRoot, pveFile, sha256 } from "./host.ts";
import { sshd } from "./sshd.ts";

function cephDaemon(name: string, argv: readonly string[]): Daemon {
  return {
    name,
    host: "pve",
    argv: inPveRoot([...argv, "-f", "--setuser", "ceph", "--setgroup", "ceph"]),
    // Another hash here makes another daemon, so a changed config restarts it.
    env: { CONFIG_SHA256: sha256(readFileSync(pveFile("/etc/ceph/ceph.conf"), "utf8")) },
  };
}

export const daemonNames = {
  mon: "ceph-mon",
  mgr: "ceph-mgr",
  osd: "ceph-osd",
  rgw: "radosgw",
  sshd: sshd.name,
} as const;

export const mon = (): Daemon => cephDaemon(daemonNames.mon, ["ceph-mon", "-i", "a"]);
/** They wait by themselves until the monitor answers. */
export const others = (): Daemon[] => [
  cephDaemon(daemonNames.osd, ["ceph-osd", "-i", "0"]),
  cephDaemon(daemonNames.mgr, ["ceph-mgr", "-i", "a"]),
  cephDaemon(daemonNames.rgw, ["radosgw", "-n", "client.rgw.a"]),
  sshd,
];
