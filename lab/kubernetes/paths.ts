import { join } from "node:path";
import { artifactDir } from "../build/artifact.ts";
import { kubernetesBinaries } from "../build/go.ts";
import { runtimeDir, stateDir } from "../layout.ts";

/** The Kubernetes host's disk. */
export const hostDir = join(stateDir, "k8s");
export const pkiDir = join(hostDir, "pki");
export const etcDir = join(hostDir, "etc");
export const etcdDir = join(hostDir, "etcd");
export const containerdDir = join(hostDir, "containerd");
export const kubeletDir = join(hostDir, "kubelet");
export const volumesDir = join(hostDir, "volumes");
export const podLogsDir = join(hostDir, "pod-logs");
/** Where kubectl, as the lab itself calls it, keeps what it learns of the API. */
export const kubectlCacheDir = join(hostDir, "kubectl-cache");
export const sysctlsFile = join(hostDir, "sysctls.json");

/** What is gone after a reboot. */
export const hostRunDir = join(runtimeDir, "k8s");
export const containerdSocket = join(hostRunDir, "containerd.sock");
export const containerdRunDir = join(hostRunDir, "containerd");

/** Programs that a user calls: kubectl, helm. */
export const kubernetesBin = join(artifactDir(kubernetesBinaries), "bin");
/** A program of the Kubernetes host. */
export const program = (name: string): string => join(artifactDir(kubernetesBinaries), name);

/** The administrator's kubeconfig, as on the workstation. */
export const adminKubeconfig = join(hostDir, "admin.kubeconfig");
export const kubeconfigOf = (component: string): string => join(etcDir, `${component}.kubeconfig`);
