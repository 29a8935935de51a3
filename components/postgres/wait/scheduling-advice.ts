import type { Advice } from "./advice-table.ts";

/** What to do about a pod that fits on no node, by the scheduler's words. */
export const schedulingAdvice: readonly Advice[] = [
  {
    pattern: /storageclass\S* .*not found/i,
    advice:
      "Make the StorageClass that the message names, or correct storage.storageClass (kubectl get storageclasses).",
  },
  {
    pattern: /persistent ?volume/i,
    advice:
      "See to the volume: kubectl get storageclasses, and the events of the volume claim (kubectl describe pvc).",
  },
  {
    pattern: /node affinity\/selector/,
    advice:
      "No node has the labels that spec.affinity (nodeSelector, nodeAffinity) asks for, or the volume is on another node." +
      " Correct spec.affinity, or label a node (kubectl get nodes --show-labels).",
  },
  {
    pattern: /untolerated taint/,
    advice: "Tolerate the taint in spec.affinity.tolerations, or take it off a node.",
  },
  {
    pattern: /anti-affinity|topology spread/,
    advice:
      "There are fewer nodes than instances to spread. Add a node, lower instances, or spread less strictly" +
      " (spec.affinity.podAntiAffinityType preferred, spec.topologySpreadConstraints).",
  },
  {
    pattern: /Insufficient/,
    advice:
      "Lower what the database requests (spec.resources, and for the sidecar" +
      " backup.objectStore.instanceSidecarConfiguration.resources), or add a node.",
  },
];
