import type { Artifact } from "../build/artifact.ts";
import { operatorChart } from "../chart/chart.ts";
import { ensureChartRepository } from "../chart/repository.ts";
import { LabError } from "../errors.ts";
import { daemonLog, daemonPid } from "../host/daemon.ts";
import { applyCoredns, untilCorednsReady } from "./addons/coredns.ts";
import { applyMonitoringCrds, monitoringCrds } from "./addons/monitoring.ts";
import type { Report } from "./command.ts";
import { ensureControlPlane } from "./control-plane.ts";
import { daemons } from "./daemons.ts";
import { barmanCloudRoot } from "./images/barman-cloud-sidecar.ts";
import { programImages } from "./images/images.ts";
import { ensureImages } from "./images/import.ts";
import { postgres } from "./images/postgres.ts";
import { writeKubeconfigs } from "./kubeconfig.ts";
import { ensureContainerd } from "./node/containerd.ts";
import { ensureKubeProxy } from "./node/kube-proxy.ts";
import { ensureKubelet } from "./node/kubelet.ts";
import { ensurePodNetwork } from "./node/pod-network.ts";
import { ensureVolumes } from "./node/volumes.ts";
import { ensurePki } from "./pki.ts";

export { kubernetesStatus } from "./status.ts";
export { stopKubernetes } from "./stop.ts";

/** What is built for the Kubernetes host beside the Go programs of lab/build/go.ts. */
export const kubernetesArtifacts = {
  /** Made of Debian packages: can be built beside the Go programs. */
  roots: [postgres, barmanCloudRoot] satisfies readonly Artifact[],
  /** Built in seconds, after the Go programs that they hold or are made with. */
  images: [...programImages, monitoringCrds, operatorChart] satisfies readonly Artifact[],
} as const;

async function ensureRuntime(report: Report): Promise<void> {
  await ensurePodNetwork();
  await ensureContainerd(report);
  await ensureImages(report);
}

/** The waits before prove most of them at work; a daemon that nothing waited for may have ended by now. */
function checkDaemons(): void {
  const ended = daemons.find(({ name }) => daemonPid(name) === undefined);
  if (ended === undefined) return;
  throw new LabError(`${ended.name} ended soon after it was started`, { logFile: daemonLog(ended.name) });
}

/**
 * Brings the Kubernetes host up, or what is missing of it. The network of the lab must be there, and its artifacts
 * built.
 */
export async function ensureKubernetes(report: Report): Promise<"started" | "running"> {
  const running = daemons.every((daemon) => daemonPid(daemon.name) !== undefined);
  await ensurePki();
  writeKubeconfigs();
  await ensureChartRepository();
  await Promise.all([ensureControlPlane(report), ensureRuntime(report)]);
  await Promise.all([
    ensureKubelet(report),
    ensureKubeProxy(),
    ensureVolumes(),
    applyCoredns(),
    applyMonitoringCrds(),
  ]);
  await untilCorednsReady(report);
  checkDaemons();
  return running ? "running" : "started";
}
