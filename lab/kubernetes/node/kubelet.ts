import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { hierarchies } from "../../host/cgroup.ts";
import { ensureDaemon } from "../../host/daemon.ts";
import type { Daemon } from "../../host/daemon.ts";
import { cgroupName, hosts } from "../../layout.ts";
import { daemonEnvironment, getObject, untilReady, writeOnChange } from "../command.ts";
import type { Report } from "../command.ts";
import { dnsAddress, nodeName } from "../facts.ts";
import { containerdSocket, etcDir, kubeconfigOf, kubeletDir, podLogsDir, program } from "../paths.ts";
import { pkiFile } from "../pki.ts";
import { containerd } from "./containerd.ts";
import { restoreSysctls, saveSysctls } from "./sysctls.ts";

const configFile = join(etcDir, "kubelet.yaml");
const resolvConf = join(etcDir, "resolv.conf");
export const podsCgroup = `/${cgroupName}/pods`;

export function kubeletConfig(): string {
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: hosts.k8s.address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pkiFile("ca.crt") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: pkiFile("kubelet-server.crt"),
    tlsPrivateKeyFile: pkiFile("kubelet-server.key"),
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: podsCgroup,
    // Kubernetes 1.35 and later refuse cgroup v1 unless told otherwise.
    failCgroupV1: false,
    failSwapOn: false,
    clusterDomain: "cluster.local",
    clusterDNS: [dnsAddress],
    // The machine's own name servers cannot be reached from the lab.
    resolvConf,
    podLogsDir,
    volumePluginDir: join(kubeletDir, "volume-plugins"),
    maxPods: 60,
    // The machine's disk is shared with everything else on it: evict late, and never collect images, which are
    // imported and could not be pulled again.
    evictionHard: {
      "memory.available": "200Mi",
      "nodefs.available": "2%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "2%",
    },
    imageGCHighThresholdPercent: 100,
  });
}

export const kubelet: Daemon = {
  name: "kubelet",
  host: "k8s",
  argv: [
    program("kubelet"),
    `--config=${configFile}`,
    `--kubeconfig=${kubeconfigOf("kubelet")}`,
    `--cert-dir=${join(kubeletDir, "pki")}`,
    `--root-dir=${kubeletDir}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${hosts.k8s.address}`,
  ],
  env: daemonEnvironment(kubeletConfig()),
};

/** kubelet wants its root to be there, in every hierarchy that it uses. */
function makePodsCgroup(): void {
  for (const hierarchy of hierarchies()) {
    const parents = [join(hierarchy.path, cgroupName), join(hierarchy.path, podsCgroup)];
    for (const folder of parents) {
      mkdirSync(folder, { recursive: true });
      if (hierarchy.controllers.includes("cpuset")) inheritCpuset(folder);
    }
    if (hierarchy.v2) enableControllers(hierarchy.path);
  }
}

/** On cgroup v1 a new cpuset is empty, and takes no process before it is filled. */
function inheritCpuset(folder: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (readFileSync(join(folder, file), "utf8").trim() !== "") continue;
    writeFileSync(join(folder, file), readFileSync(join(folder, "..", file), "utf8").trim());
  }
}

/** What kubelet checks for in its root. */
const neededControllers = ["cpu", "cpuset", "hugetlb", "io", "memory", "pids"];

/** On cgroup v2 a controller works below a cgroup only once that cgroup hands it down. */
function enableControllers(root: string): void {
  for (const folder of [root, join(root, cgroupName), join(root, podsCgroup)]) {
    const words = (file: string): string[] => readFileSync(join(folder, file), "utf8").trim().split(" ");
    const enabled = words("cgroup.subtree_control");
    const missing = words("cgroup.controllers").filter(
      (controller) => neededControllers.includes(controller) && !enabled.includes(controller),
    );
    for (const controller of missing) writeFileSync(join(folder, "cgroup.subtree_control"), `+${controller}`);
  }
}

const nodeSchema = z.object({
  status: z.object({
    conditions: z.array(
      z.object({
        type: z.string(),
        status: z.string(),
        lastHeartbeatTime: z.coerce.date(),
        message: z.string(),
      }),
    ),
  }),
});

/** True when the node is ready, by what kubelet said after `since`: before that, it may speak of an earlier life. */
async function nodeReadiness(since: number): Promise<true | string> {
  const node = await getObject(nodeSchema, "node", nodeName);
  const ready = node?.status.conditions.find((condition) => condition.type === "Ready");
  if (ready === undefined) return "kubelet has not registered the node";
  if (ready.lastHeartbeatTime.getTime() < since) return "kubelet has not reported since it started";
  return ready.status === "True" || ready.message;
}

export async function ensureKubelet(report: Report): Promise<void> {
  for (const folder of [kubeletDir, podLogsDir]) mkdirSync(folder, { recursive: true });
  writeOnChange(configFile, kubeletConfig());
  if (!existsSync(resolvConf)) writeFileSync(resolvConf, "");
  makePodsCgroup();
  saveSysctls();
  // Heartbeats are written in whole seconds.
  const since = Math.floor(Date.now() / 1000) * 1000;
  const outcome = await ensureDaemon(kubelet);
  await untilReady(
    { daemons: [kubelet, containerd], what: "the node to be ready", timeoutMs: 60_000, report },
    () => nodeReadiness(outcome === "started" ? since : 0),
  );
  restoreSysctls();
}
