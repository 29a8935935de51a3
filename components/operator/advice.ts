/** What Kubernetes reports for the operator's pods while Helm waits for them, and what to do about it. */
export interface PodAdvice {
  pattern: RegExp;
  advice: string;
}

/** The first that matches counts. */
export const podAdvice: readonly PodAdvice[] = [
  {
    pattern: /failed to pull (and unpack )?image/i,
    advice:
      "Correct the name of the image in the chart's values (image.repository, image.tag), or make the registry " +
      "reachable from the nodes",
  },
  {
    pattern: /exceeded quota/,
    advice: "Raise the namespace's ResourceQuota, or request less in the chart's values (resources)",
  },
  {
    pattern: /violates PodSecurity/,
    advice: "Allow the pod by the namespace's label pod-security.kubernetes.io/enforce",
  },
  {
    pattern: /Insufficient (cpu|memory)/,
    advice: "Free CPU or memory on a node, or request less in the chart's values (resources)",
  },
];
