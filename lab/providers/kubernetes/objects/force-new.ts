import { isBuiltInGroup } from "./kinds.ts";
import { isConfigMap, isSecret, kindOf, type KubeObject } from "./object.ts";

/**
 * Fields whose change replaces an object, because the API server refuses to change them or because a change in
 * place would surprise (a pod does not see its new Secret). `*` stands for any element of a list.
 */
const identity = ["metadata.name", "metadata.namespace"];
const secretContent = ["type", "data", "stringData"];
const configMapContent = ["data", "binaryData"];
const workload = ["spec.selector"];
const container = [
  "args",
  "command",
  "env",
  "image",
  "imagePullPolicy",
  "lifecycle",
  "livenessProbe",
  "ports",
  "readinessProbe",
  "resources",
  "securityContext",
  "stdin",
  "stdinOnce",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "tty",
  "volumeDevices",
  "volumeMounts",
  "workingDir",
];
const podSpec = [
  "affinity",
  "automountServiceAccountToken",
  "dnsConfig",
  "dnsPolicy",
  "enableServiceLinks",
  "hostAliases",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "hostname",
  "imagePullSecrets",
  "nodeName",
  "nodeSelector",
  "overhead",
  "preemptionPolicy",
  "priority",
  "priorityClassName",
  "readinessGates",
  "restartPolicy",
  "runtimeClassName",
  "schedulerName",
  "securityContext",
  "serviceAccount",
  "serviceAccountName",
  "shareProcessNamespace",
  "subdomain",
  "terminationGracePeriodSeconds",
  "volumes",
  ...container.flatMap((field) => [`containers.*.${field}`, `initContainers.*.${field}`]),
];
const volumeSources = [
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "cephfs",
  "cinder",
  "csi",
  "fc",
  "flexVolume",
  "flocker",
  "gcePersistentDisk",
  "glusterfs",
  "hostPath",
  "iscsi",
  "local",
  "nfs",
  "photonPersistentDisk",
  "portworxVolume",
  "quobyte",
  "rbd",
  "scaleIO",
  "storageos",
  "vsphereVolume",
];

const byKind: Readonly<Record<string, readonly string[]>> = {
  DaemonSet: workload,
  Deployment: workload,
  StatefulSet: [
    ...workload,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  Job: [...workload, "spec.completions", "spec.parallelism", "spec.template"],
  Pod: podSpec.map((field) => `spec.${field}`),
  PersistentVolume: volumeSources.map((source) => `spec.${source}`),
  PersistentVolumeClaim: ["accessModes", "selector", "storageClassName", "volumeName"].map(
    (f) => `spec.${f}`,
  ),
  ResourceQuota: ["spec.scopes"],
  Secret: ["type"],
  Service: ["spec.clusterIP"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
  StorageClass: ["parameters", "provisioner"],
};

export interface Mutability {
  enableSecretMutable: boolean;
  enableConfigMapMutable: boolean;
}

/** The fields of this object whose change replaces it. */
export function forceNewFields(news: KubeObject, mutability: Mutability): string[] {
  const { apiVersion, kind } = kindOf(news);
  const immutable = news.immutable === true;
  if (isSecret(news) && (!mutability.enableSecretMutable || immutable))
    return [...identity, ...secretContent];
  if (isConfigMap(news) && (!mutability.enableConfigMapMutable || immutable)) {
    return [...identity, ...configMapContent];
  }
  return [...identity, ...(isBuiltInGroup(apiVersion) ? (byKind[kind] ?? []) : [])];
}
