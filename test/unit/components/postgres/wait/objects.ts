/** Objects as the operator and Kubernetes make them for a database `shop/orders`, cut to what matters. */

interface Status {
  phase?: string;
  phaseReason?: string;
  isReady?: boolean;
}

export function clusterObject(
  { phase = "Setting up primary", phaseReason, isReady = false }: Status = {},
  spec: object = {},
  generation = 1,
): object {
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "orders", namespace: "shop", generation, labels: { team: "shop" } },
    spec: { instances: 1, storage: { size: "1Gi" }, ...spec },
    status: {
      phase,
      phaseReason,
      currentPrimary: "orders-1",
      conditions: [
        {
          type: "Ready",
          status: isReady ? "True" : "False",
          message: isReady ? "Cluster is Ready" : "Cluster Is Not Ready",
        },
        { type: "ContinuousArchiving", status: "True", message: "Continuous archiving is working" },
        { type: "LastBackupSucceeded", status: "True", message: "Backup was successful" },
      ],
    },
  };
}

export const readyCluster = (spec: object = {}, generation = 1): object =>
  clusterObject({ phase: "Cluster in healthy state", isReady: true }, spec, generation);

/** A Cluster that has never had an instance. */
export const bootstrappingCluster = (spec: object = {}, status: object = {}): object => ({
  ...clusterObject({}, spec),
  status: { phase: "Setting up primary", conditions: [{ type: "Ready", status: "False" }], ...status },
});

export const dataClaim = (status: string): object => ({
  metadata: {
    name: "orders-1",
    namespace: "shop",
    labels: { "cnpg.io/pvcRole": "PG_DATA" },
    annotations: { "cnpg.io/pvcStatus": status },
  },
  status: { phase: "Bound" },
});

export const recoveryJob = (failed: number, isOver = false, role = "full-recovery"): object => ({
  metadata: { name: "orders-1-full-recovery", namespace: "shop", labels: { "cnpg.io/jobRole": role } },
  status: { failed, conditions: isOver ? [{ type: "Failed", status: "True" }] : [] },
});

/** The pod of a recovery through the plugin, whose sidecar is an init container. */
export const recoveryPod = (number: number): object => ({
  metadata: {
    name: `orders-1-full-recovery-${number}`,
    namespace: "shop",
    labels: { "job-name": "orders-1-full-recovery" },
    creationTimestamp: `2026-11-22T10:0${number}:00Z`,
  },
  spec: {
    initContainers: [{ name: "bootstrap-controller" }, { name: "plugin-barman-cloud" }],
    containers: [{ name: "full-recovery" }],
  },
  status: { phase: "Failed" },
});

export const instancePod = (status: object): object => ({
  metadata: { name: "orders-1", namespace: "shop", labels: { "cnpg.io/cluster": "orders" } },
  spec: { containers: [{ name: "postgres" }] },
  status: { phase: "Pending", ...status },
});

/** An instance that runs. */
export const instance = (resources: object, metadata: object = {}, volumes: object[] = []): object => ({
  ...instancePod({ phase: "Running" }),
  metadata: { name: "orders-1", namespace: "shop", labels: { "cnpg.io/podRole": "instance" }, ...metadata },
  spec: { containers: [{ name: "postgres", resources }], volumes },
});

/** A pod whose only container waits. */
export const waitingPod = (reason: string, message: string): object =>
  instancePod({
    containerStatuses: [
      { name: "postgres", image: "registry/postgresql:17", state: { waiting: { reason, message } } },
    ],
  });
