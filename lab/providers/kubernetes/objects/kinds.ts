import type { Kind } from "./object.ts";

/** What a Pulumi type token of the package `kubernetes` stands for. */
export type TokenMeaning = { object: Kind } | { refused: string };

/** Groups whose schemas are compiled into the API server, as opposed to custom resources. */
export function isBuiltInGroup(apiVersion: string): boolean {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return !group.includes(".") || group.endsWith(".k8s.io");
}

const withoutNamespace = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

/** Whether a built-in kind has no namespace, which is known without a cluster, too. */
export function hasNoNamespace({ apiVersion, kind }: Kind): boolean {
  return isBuiltInGroup(apiVersion) && withoutNamespace.has(kind);
}

/** `kubernetes:apps/v1:Deployment` is the kind Deployment of `apps/v1`; the group `core` has no name of its own. */
export function meaningOf(token: string): TokenMeaning | undefined {
  const [, groupVersion, kind] = /^kubernetes:([^:/]+\/[^:/]+):([A-Za-z0-9]+)$/.exec(token) ?? [];
  if (groupVersion === undefined || kind === undefined) return undefined;
  if (/^(helm\.sh|yaml|kustomize)\//.test(groupVersion)) return undefined;
  const apiVersion = groupVersion.replace(/^core\//, "");
  if (isBuiltInGroup(apiVersion) && kind.endsWith("Patch")) {
    return { refused: `${kind}: the lab's own Kubernetes provider has no Patch resources` };
  }
  if (isBuiltInGroup(apiVersion) && kind.endsWith("List")) {
    return { refused: `${kind}: a list cannot be created directly; use the resource type of its items` };
  }
  return { object: { apiVersion, kind } };
}
