import { type Advice, adviceIn } from "./advice-table.ts";

/** What to do about what Kubernetes refuses, by its own words; they name the object. */
const refusals: readonly Advice[] = [
  {
    pattern: /failed quota: .*must specify/,
    advice:
      "The namespace's ResourceQuota wants limits or requests that the database does not give. Set them in spec.resources and" +
      " in backup.objectStore.instanceSidecarConfiguration.resources, or have a LimitRange of the namespace give defaults.",
  },
  {
    pattern: /exceeded quota/,
    advice:
      "The namespace's ResourceQuota is used up. Raise it, or lower what the database asks for (instances, storage," +
      " spec.resources).",
  },
  {
    pattern: /must be less than or equal to (\S+ )?limit/,
    advice:
      "A limit is lower than the request. Raise the limit or lower the request, in spec.resources for PostgreSQL and in" +
      " backup.objectStore.instanceSidecarConfiguration.resources for the sidecar. A limit that you did not set is the" +
      " default of the namespace's LimitRange.",
  },
  {
    pattern: /(maximum|minimum) .*usage per (Container|Pod)|limit to request ratio per/,
    advice:
      "The namespace's LimitRange does not allow these resources. Change spec.resources, or for the sidecar" +
      " backup.objectStore.instanceSidecarConfiguration.resources, or the LimitRange.",
  },
  {
    pattern: /usage per PersistentVolumeClaim/,
    advice:
      "The namespace's LimitRange does not allow a volume of this size. Change storage.size, or the LimitRange.",
  },
  {
    pattern: /violates PodSecurity/,
    advice:
      "The namespace enforces a Pod Security level that these pods do not meet. Change what spec sets against it, or the" +
      " namespace's label pod-security.kubernetes.io/enforce.",
  },
  {
    pattern: /failed calling webhook/,
    advice:
      "An admission webhook does not answer. See to the service that the message names; then run pulumi up again.",
  },
  {
    pattern: /admission webhook .*denied|ValidatingAdmissionPolicy/,
    advice: "A policy of the cluster denies it. Change in spec what the message names, or the policy.",
  },
  {
    pattern: /service ?account/i,
    advice: "Make the ServiceAccount that the message names, or correct spec.serviceAccountName.",
  },
  {
    pattern: /PriorityClass/,
    advice: "Make the PriorityClass that the message names, or correct spec.priorityClassName.",
  },
  {
    pattern: /RuntimeClass|runtime handler|RuntimeHandler/i,
    advice: "Make the RuntimeClass that the message names and its handler on the nodes, or do without it.",
  },
  {
    pattern: /storageclass\S* .*not found/i,
    advice:
      "Make the StorageClass that the message names, or correct storage.storageClass (kubectl get storageclasses).",
  },
  {
    pattern: /no persistent volumes available .*no storage class is set/,
    advice:
      "The cluster has no default StorageClass. Set storage.storageClass (kubectl get storageclasses), or make one the" +
      " default.",
  },
  {
    pattern: /(secret|configmap)s? .*not found|references non-existent (secret|config) key/i,
    advice:
      "Make the Secret or ConfigMap that the message names, with that key, in the namespace that it names, or else in the" +
      " database's.",
  },
];

export const refusalAdvice = (message: string): string | undefined => adviceIn(refusals, message);

/**
 * Whether Kubernetes says that it, or a webhook, is out of reach or busy: with a webhook that restarts, an etcd that has
 * another leader, or an API server that is upgraded, the next attempt may go well.
 */
export const mayPass = (message: string): boolean => passing.test(message);

const passing =
  /failed calling webhook|etcdserver: |timed? ?out|deadline exceeded|connection (refused|reset)|no route to host|no endpoints available|unexpected EOF|http2: |TLS handshake|too many requests|currently unable|status unknown for quota|failed to sync \S+ cache|unknown plugin|ServiceUnavailable/i;

/** In seconds; longer than the restart of a webhook takes. */
export const patienceWithPassing = 100;
