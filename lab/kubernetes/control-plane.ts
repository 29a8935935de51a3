import { mkdirSync } from "node:fs";
import { ensureDaemon } from "../host/daemon.ts";
import type { Daemon } from "../host/daemon.ts";
import { hosts } from "../layout.ts";
import { daemonEnvironment, kubectl, untilReady } from "./command.ts";
import type { Report } from "./command.ts";
import { serviceCidr } from "./facts.ts";
import { etcdDir, kubeconfigOf, program } from "./paths.ts";
import { pkiFile } from "./pki.ts";
import type { ClientName } from "./pki.ts";

const etcdClient = "http://127.0.0.1:2379";
const etcdPeer = "http://127.0.0.1:2380";

function daemon(name: string, flags: readonly string[]): Daemon {
  return { name, host: "k8s", argv: [program(name), ...flags], env: daemonEnvironment() };
}

const etcd = daemon("etcd", [
  "--name=lab",
  `--data-dir=${etcdDir}`,
  `--listen-client-urls=${etcdClient}`,
  `--advertise-client-urls=${etcdClient}`,
  `--listen-peer-urls=${etcdPeer}`,
  `--initial-advertise-peer-urls=${etcdPeer}`,
  `--initial-cluster=lab=${etcdPeer}`,
  "--auto-compaction-retention=1h",
  // A slow disk would otherwise slow down everything. What a kill -9 loses nothing of, a power cut may: `reset` helps.
  "--unsafe-no-fsync",
]);

const apiServer = daemon("kube-apiserver", [
  `--etcd-servers=${etcdClient}`,
  `--bind-address=${hosts.k8s.address}`,
  `--advertise-address=${hosts.k8s.address}`,
  "--secure-port=6443",
  `--service-cluster-ip-range=${serviceCidr}`,
  "--authorization-mode=Node,RBAC",
  "--enable-admission-plugins=NodeRestriction",
  `--client-ca-file=${pkiFile("ca.crt")}`,
  `--tls-cert-file=${pkiFile("kube-apiserver.crt")}`,
  `--tls-private-key-file=${pkiFile("kube-apiserver.key")}`,
  `--kubelet-client-certificate=${pkiFile("apiserver-to-kubelet.crt")}`,
  `--kubelet-client-key=${pkiFile("apiserver-to-kubelet.key")}`,
  `--kubelet-certificate-authority=${pkiFile("ca.crt")}`,
  "--kubelet-preferred-address-types=InternalIP",
  `--service-account-key-file=${pkiFile("service-accounts.pub")}`,
  `--service-account-signing-key-file=${pkiFile("service-accounts.key")}`,
  "--service-account-issuer=https://kubernetes.default.svc",
  "--allow-privileged=true",
  "--profiling=false",
]);

/** Kubeconfig flags that a controller needs to be asked for its health and metrics, too. */
function credentials(name: ClientName): string[] {
  const file = kubeconfigOf(name);
  return [
    `--kubeconfig=${file}`,
    `--authentication-kubeconfig=${file}`,
    `--authorization-kubeconfig=${file}`,
  ];
}

const controllerManager = daemon("kube-controller-manager", [
  ...credentials("kube-controller-manager"),
  "--bind-address=127.0.0.1",
  "--leader-elect=false",
  "--use-service-account-credentials=true",
  `--service-account-private-key-file=${pkiFile("service-accounts.key")}`,
  `--root-ca-file=${pkiFile("ca.crt")}`,
  `--cluster-signing-cert-file=${pkiFile("ca.crt")}`,
  `--cluster-signing-key-file=${pkiFile("ca.key")}`,
  `--service-cluster-ip-range=${serviceCidr}`,
]);

const scheduler = daemon("kube-scheduler", [
  ...credentials("kube-scheduler"),
  "--bind-address=127.0.0.1",
  "--leader-elect=false",
]);

/** In the order in which they start. */
export const controlPlane: readonly Daemon[] = [etcd, apiServer, controllerManager, scheduler];

export async function ensureControlPlane(report: Report): Promise<void> {
  mkdirSync(etcdDir, { recursive: true, mode: 0o700 });
  await ensureDaemon(etcd);
  // It tries etcd for some seconds before it gives up: no need to wait in between.
  await ensureDaemon(apiServer);
  await untilReady(
    { daemons: [apiServer, etcd], what: "the Kubernetes API server", timeoutMs: 60_000, report },
    async () => {
      await kubectl(["get", "--raw=/readyz"]);
      return true;
    },
  );
  await ensureDaemon(controllerManager);
  await ensureDaemon(scheduler);
  await untilReady(
    {
      daemons: [controllerManager, apiServer],
      what: "the default service account",
      timeoutMs: 30_000,
      report,
    },
    async () => {
      await kubectl(["get", "serviceaccount", "default", "-n", "default"]);
      return true;
    },
  );
}
