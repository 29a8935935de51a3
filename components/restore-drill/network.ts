import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Label of the drills' own pods; a restored copy's have others. */
export const drillPods = { "app.kubernetes.io/name": "restore-drill" };

const everyNamespace = [{ namespaceSelector: {} }];
const tcp = (port: number) => ({ protocol: "TCP", port });

/**
 * A restored copy reaches DNS, the API server and the store, and no other host by another port: a subscriber in it must
 * not reach its publisher, nor a foreign data wrapper its server. The API server is let through by port, since an
 * address of its Service never matches where kube-proxy is replaced.
 */
export function networkPolicies(
  name: string,
  namespace: pulumi.Output<string>,
  store: pulumi.Output<string>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const policy = (policyName: string, spec: kubernetes.types.input.networking.v1.NetworkPolicySpec) =>
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-${policyName}-policy`,
      { metadata: { name: policyName, namespace }, spec },
      { parent },
    );
  return [
    policy("copies", {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        // The operator asks an instance for its status there.
        { from: everyNamespace, ports: [tcp(8000)] },
        { from: [{ podSelector: { matchLabels: drillPods } }], ports: [tcp(5432)] },
      ],
      egress: [
        { ports: [{ protocol: "UDP", port: 53 }, tcp(53)] },
        { ports: [tcp(443), tcp(6443)] },
        store.apply(toStore),
      ],
    }),
    policy("drills", {
      podSelector: { matchLabels: drillPods },
      policyTypes: ["Egress"],
      // To write the marker, and to look at the copy.
      egress: [{ to: everyNamespace, ports: [tcp(5432)] }],
    }),
  ];
}

/** By its address where the endpoint has one: an allowed name cannot be said in a NetworkPolicy. */
export function toStore(endpoint: string): kubernetes.types.input.networking.v1.NetworkPolicyEgressRule {
  const { hostname, port, protocol } = new URL(endpoint);
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  const ports = [tcp(number)];
  const inner = hostname.replace(/^\[(.*)\]$/, "$1");
  if (/^\d+\.\d+\.\d+\.\d+$/.test(inner)) return { to: [{ ipBlock: { cidr: `${inner}/32` } }], ports };
  if (inner.includes(":")) return { to: [{ ipBlock: { cidr: `${inner}/128` } }], ports };
  return { ports };
}
