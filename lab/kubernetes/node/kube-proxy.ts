import { join } from "node:path";
import { stringify } from "yaml";
import { ensureDaemon } from "../../host/daemon.ts";
import type { Daemon } from "../../host/daemon.ts";
import { hosts } from "../../layout.ts";
import { daemonEnvironment, writeOnChange } from "../command.ts";
import { nodeName, podCidr } from "../facts.ts";
import { etcDir, kubeconfigOf, program } from "../paths.ts";

const configFile = join(etcDir, "kube-proxy.yaml");

const config = stringify({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "nftables",
  clusterCIDR: podCidr,
  hostnameOverride: nodeName,
  bindAddress: hosts.k8s.address,
  healthzBindAddress: "127.0.0.1:10256",
  metricsBindAddress: "127.0.0.1:10249",
  clientConnection: { kubeconfig: kubeconfigOf("kube-proxy") },
  // Zero leaves the kernel's settings alone.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
});

export const kubeProxy: Daemon = {
  name: "kube-proxy",
  host: "k8s",
  argv: [program("kube-proxy"), `--config=${configFile}`],
  env: daemonEnvironment(config),
};

export async function ensureKubeProxy(): Promise<void> {
  writeOnChange(configFile, config);
  await ensureDaemon(kubeProxy);
}
