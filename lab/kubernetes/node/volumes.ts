import { mkdirSync } from "node:fs";
import { ensureDaemon } from "../../host/daemon.ts";
import type { Daemon } from "../../host/daemon.ts";
import { applyObjects, daemonEnvironment } from "../command.ts";
import { nodeName, storageClass } from "../facts.ts";
import { kubeconfigOf, program, volumesDir } from "../paths.ts";

const provisioner = "cnpg-rgw.lab/volumes";

const defaultStorageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: {
    name: storageClass,
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
  provisioner,
  volumeBindingMode: "WaitForFirstConsumer",
  reclaimPolicy: "Delete",
};

export const volumes: Daemon = {
  name: "volumes",
  host: "k8s",
  argv: [
    program("volumes"),
    `--provisioner=${provisioner}`,
    `--kubeconfig=${kubeconfigOf("volumes")}`,
    `--root=${volumesDir}`,
    `--node=${nodeName}`,
  ],
  env: daemonEnvironment(),
};

export async function ensureVolumes(): Promise<void> {
  mkdirSync(volumesDir, { recursive: true, mode: 0o711 });
  await applyObjects([defaultStorageClass]);
  await ensureDaemon(volumes);
}
