import { existsSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { labPids } from "../host/cgroup.ts";
import { stopDaemon } from "../host/daemon.ts";
import { removeIfEmpty, removeStaleSocket } from "../host/files.ts";
import { unmountBelow } from "../host/mounts.ts";
import { until } from "../wait.ts";
import { daemons } from "./daemons.ts";
import { containerd, clearRuntime, shimPids } from "./node/containerd.ts";
import { kubelet } from "./node/kubelet.ts";
import { removeCniResults } from "./node/pod-network.ts";
import { restoreSysctls } from "./node/sysctls.ts";
import { hostDir, podLogsDir } from "./paths.ts";

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it ended by itself
    }
  }
}

/** As a power cut would: nothing is lost that a database has committed, and a shutdown of each would take minutes. */
async function killPods(): Promise<void> {
  await until({ what: "the pods' processes to end", timeoutMs: 10_000, intervalMs: 50 }, () => {
    const pids = [...shimPids(), ...labPids("pods")];
    killAll(pids);
    return Promise.resolve(pids.length === 0 || `pids ${pids.slice(0, 8).join(", ")}`);
  });
}

/** kubelet links each container's log there, wherever the logs themselves are. */
function removeLogLinks(folder = "/var/log/containers"): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder)) {
    const link = join(folder, entry);
    try {
      if (readlinkSync(link).startsWith(podLogsDir + sep)) rmSync(link);
    } catch {
      // no link: none of kubelet's
    }
  }
  removeIfEmpty(folder);
}

/** The one path below /var/lib that kubelet cannot be told to leave alone. */
async function removeDevicePluginFolder(folder = "/var/lib/kubelet/device-plugins"): Promise<void> {
  await removeStaleSocket(join(folder, "kubelet.sock"));
  removeIfEmpty(folder, dirname(folder));
}

/**
 * Stops the Kubernetes host. What it runs is killed, its disk stays. Cgroups and the network namespace are left to
 * the caller, since daemons of other hosts share them.
 */
export async function stopKubernetes(): Promise<void> {
  // Before anything else: it would start again what the rest of this ends.
  await stopDaemon(kubelet.name, 3_000);
  await stopDaemon(containerd.name, 3_000);
  await killPods();
  await Promise.all(daemons.map((daemon) => stopDaemon(daemon.name, 3_000)));
  await clearRuntime();
  await unmountBelow(hostDir);
  removeLogLinks();
  removeCniResults();
  await removeDevicePluginFolder();
  restoreSysctls();
}
