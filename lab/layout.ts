import { homedir } from "node:os";
import { join } from "node:path";

import { versions as pinned } from "../components/versions.ts";

/**
 * Names, addresses and folders of the lab. One lab per machine: namespaces and cgroups are machine-wide, so
 * everything that `down` must find again has a fixed name here rather than an entry in a state file.
 */
export type HostName = "pve" | "k8s" | "workstation";

export interface Host {
  readonly name: HostName;
  readonly address: string;
  readonly netns: string;
}

/** The addresses of the homelab that this project comes from; reachable only from inside the lab's namespaces. */
export const hosts: Readonly<Record<HostName, Host>> = {
  pve: { name: "pve", address: "10.0.0.10", netns: "lab-pve" },
  k8s: { name: "k8s", address: "10.0.0.20", netns: "lab-k8s" },
  workstation: { name: "workstation", address: "10.0.0.2", netns: "lab-workstation" },
};
export const hostNames = Object.keys(hosts) as readonly HostName[];
export const prefixLength = 24;
/** The namespace that holds nothing but the bridge between the hosts. */
export const switchNetns = "lab-switch";

/** The root of the lab's cgroups, in every hierarchy that the machine has. */
export const cgroupName = "cnpg-rgw-lab";

const labFolder = "cnpg-rgw-lab";
function under(variable: string, ...fallback: string[]): string {
  const base = process.env[variable];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ...fallback), labFolder);
}

/** What was built, by version; survives `reset` and is shared by all checkouts of this user. */
export const cacheDir = under("XDG_CACHE_HOME", ".cache");
/** The running lab: disks, keys, logs, the stack's state. `reset` deletes it. */
export const stateDir = under("XDG_STATE_HOME", ".local", "state");
export const logDir = join(stateDir, "log");
export const runDir = join(stateDir, "run");
/** Sockets and other things that must not survive a reboot; short, since a socket's path has 108 bytes. */
export const runtimeDir = "/run/cnpg-rgw-lab";

/** The checkout that this code runs from. */
export const checkout = join(import.meta.dirname, "..");

/** The lab's own versions, and those of the program. */
export const versions = {
  ceph: "18.2.7",
  kubernetes: "1.36.3",
  etcd: "3.6.8",
  coredns: "1.14.2",
  helm: "3.20.2",
  cloudnativePg: pinned.cloudNativePg,
  barmanCloud: pinned.barmanPlugin,
  postgresql: "17",
} as const;
