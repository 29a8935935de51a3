import { chartServer } from "../chart/repository.ts";
import type { Daemon } from "../host/daemon.ts";
import { controlPlane } from "./control-plane.ts";
import { containerd } from "./node/containerd.ts";
import { kubeProxy } from "./node/kube-proxy.ts";
import { kubelet } from "./node/kubelet.ts";
import { volumes } from "./node/volumes.ts";

/** Every daemon that `ensureKubernetes` starts, in the order in which they start. */
export const daemons: readonly Daemon[] = [
  ...controlPlane,
  containerd,
  kubelet,
  kubeProxy,
  volumes,
  chartServer,
];
