import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { labPids } from "../../host/cgroup.ts";
import { daemonPid, ensureDaemon } from "../../host/daemon.ts";
import type { Daemon } from "../../host/daemon.ts";
import { unmountBelow } from "../../host/mounts.ts";
import { ctr, daemonEnvironment, untilReady, writeOnChange } from "../command.ts";
import type { Report } from "../command.ts";
import { pauseImage } from "../facts.ts";
import { containerdDir, containerdRunDir, containerdSocket, etcDir, hostRunDir } from "../paths.ts";
import { cniConfigDir } from "./pod-network.ts";

const configFile = join(etcDir, "containerd.toml");
const shimProgram = "containerd-shim-runc-v2";

/** Every path that containerd would share with the machine's own containerd is moved to the lab's. */
const config = `version = 2
root = "${containerdDir}"
state = "${containerdRunDir}"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(containerdDir, "opt")}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  netns_mounts_under_state_dir = true
  disable_apparmor = true
  # Without the capability CAP_SYS_RESOURCE a lower score is refused, and no container starts.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cniConfigDir}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "${join(hostRunDir, "runc")}"
        # kubelet names cgroups by path, on cgroup v1 and v2 alike.
        SystemdCgroup = false
`;

export const containerd: Daemon = {
  name: "containerd",
  host: "k8s",
  argv: ["containerd", "--config", configFile],
  env: daemonEnvironment(config),
};

/** The processes between containerd and its containers; they outlive containerd. */
export function shimPids(): number[] {
  return labPids().filter((pid) => {
    try {
      return basename(readlinkSync(`/proc/${String(pid)}/exe`)).startsWith(shimProgram);
    } catch {
      return false; // it has ended
    }
  });
}

/** Shims listen in a folder shared with the machine's own containerd; a killed one leaves its socket there. */
function removeShimSockets(): void {
  const tasks = join(containerdRunDir, "io.containerd.runtime.v2.task", "k8s.io");
  if (!existsSync(tasks)) return;
  for (const task of readdirSync(tasks)) {
    try {
      const address = readFileSync(join(tasks, task, "address"), "utf8").trim();
      rmSync(address.replace(/^unix:\/\//, ""), { force: true });
    } catch {
      // a task that never came so far as to listen
    }
  }
}

/** Does what a reboot does to a container runtime. Only when none of its processes is left. */
export async function clearRuntime(): Promise<void> {
  await unmountBelow(hostRunDir);
  removeShimSockets();
  rmSync(hostRunDir, { recursive: true, force: true });
}

export async function ensureContainerd(report: Report): Promise<void> {
  if (daemonPid(containerd.name) === undefined && shimPids().length === 0) await clearRuntime();
  mkdirSync(containerdDir, { recursive: true });
  mkdirSync(hostRunDir, { recursive: true });
  writeOnChange(configFile, config);
  await ensureDaemon(containerd);
  await untilReady(
    { daemons: [containerd], what: "containerd's CRI plugin", timeoutMs: 30_000, report },
    async () => {
      // The socket is there before the plugin that kubelet needs; a kubelet that comes too early exits.
      const plugins = await ctr(["plugins", "ls"], 5_000);
      const cri = plugins.split("\n").find((line) => /^io\.containerd\.grpc\.v1\s+cri\s/.test(line));
      return cri?.trimEnd().endsWith("ok") === true || `CRI plugin: ${cri?.trim() ?? "not there"}`;
    },
  );
}
