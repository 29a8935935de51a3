import { z } from "zod";
import { messageOf } from "../../errors.ts";
import { applyObjects, getObject, kubectl } from "../command.ts";
import type { Report } from "../command.ts";
import { until } from "../../wait.ts";
import { corednsImage, dnsAddress } from "../facts.ts";

const namespace = "kube-system";
const name = "coredns";
const labels = { "k8s-app": "kube-dns" };

/** There is no server to forward to: the lab's network ends at its own switch. */
const corefile = `.:5353 {
  errors
  health :8080
  ready :8181
  kubernetes cluster.local in-addr.arpa {
    pods insecure
    ttl 5
  }
  cache 5
  reload
}
`;

const access = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "system:coredns" },
    rules: [
      { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: ["list", "watch"] },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "system:coredns" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  },
];

const container = {
  name,
  image: corednsImage,
  imagePullPolicy: "Never",
  args: ["-conf", "/etc/coredns/Corefile"],
  readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
  resources: { requests: { cpu: "10m", memory: "30Mi" }, limits: { memory: "170Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  volumeMounts: [{ name: "config", mountPath: "/etc/coredns" }],
};

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        dnsPolicy: "Default",
        priorityClassName: "system-cluster-critical",
        terminationGracePeriodSeconds: 5,
        securityContext: { runAsNonRoot: true, runAsUser: 65532 },
        containers: [container],
        volumes: [{ name: "config", configMap: { name } }],
      },
    },
  },
};

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "kube-dns", namespace },
  spec: {
    clusterIP: dnsAddress,
    selector: labels,
    ports: [
      { name: "dns", protocol: "UDP", port: 53, targetPort: 5353 },
      { name: "dns-tcp", protocol: "TCP", port: 53, targetPort: 5353 },
    ],
  },
};

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        phase: z.string(),
        podIP: z.string().optional(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
        containerStatuses: z
          .array(
            z.object({
              state: z.object({
                waiting: z.object({ reason: z.string().optional() }).optional(),
                terminated: z.object({ reason: z.string().optional() }).optional(),
              }),
            }),
          )
          .optional(),
      }),
    }),
  ),
});

/** Asks CoreDNS itself: what the pod's status says may be from before a restart. */
async function podReadiness(pod: z.infer<typeof podsSchema>["items"][number]): Promise<true | string> {
  const { conditions, containerStatuses, phase } = pod.status;
  if (conditions?.some((c) => c.type === "Ready" && c.status === "True") !== true) {
    const state = containerStatuses?.[0]?.state;
    return state?.waiting?.reason ?? state?.terminated?.reason ?? phase;
  }
  await kubectl(["get", `--raw=/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}:8181/proxy/ready`]);
  return true;
}

/** True when CoreDNS answers, else the reason. */
export async function corednsReadiness(): Promise<true | string> {
  const pods = await getObject(podsSchema, "pods", "-n", namespace, "-l", "k8s-app=kube-dns");
  const answers = await Promise.all(
    (pods?.items ?? []).map((pod) => podReadiness(pod).catch((error: unknown) => messageOf(error))),
  );
  return answers.includes(true) || (answers[0] ?? "no pod yet");
}

export async function applyCoredns(): Promise<void> {
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data: { Corefile: corefile },
  };
  await applyObjects([...access, config, deployment, service]);
}

/** Before any database: an instance that joins a cluster looks up the name of the primary's service at once. */
export async function untilCorednsReady(report: Report): Promise<void> {
  await until({ what: "CoreDNS to be ready", timeoutMs: 60_000, report }, corednsReadiness);
}
