import { readlinkSync } from "node:fs";
import { basename, sep } from "node:path";
import { labPids } from "../host/cgroup.ts";
import { daemonPid } from "../host/daemon.ts";
import { until } from "../wait.ts";
import { daemonNames } from "./daemons.ts";
import { cephRoot } from "./rootfs.ts";

const programs = ["ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "sshd"];

function runsAStrayDaemon(pid: number): boolean {
  try {
    // Not its command name: radosgw's first thread renames itself.
    const program = readlinkSync(`/proc/${String(pid)}/exe`);
    return program.startsWith(cephRoot() + sep) && programs.includes(basename(program));
  } catch {
    return false; // it ended
  }
}

/** Ends daemons of the Ceph host whose pid file was lost: they hold the ports and the locks of their disks. */
export async function endStrays(): Promise<void> {
  const known = Object.values(daemonNames).map(daemonPid);
  await until({ what: "stray Ceph daemons to end", timeoutMs: 10_000, intervalMs: 100 }, () => {
    const strays = labPids().filter((pid) => !known.includes(pid) && runsAStrayDaemon(pid));
    for (const pid of strays) process.kill(pid, "SIGKILL");
    return Promise.resolve(strays.length === 0 || `pids ${strays.join(", ")}`);
  });
}
