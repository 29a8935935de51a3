import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { DrillJob } from "./settings.ts";

/** Name of the drills' ServiceAccount, and of its Role and binding. */
export const accountName = "restore-drill";

const cnpg = "postgresql.cnpg.io";

/** In the drills' namespace: no right beyond it, and no Secret but those of the copies. */
export function rightsHere(
  name: string,
  namespace: pulumi.Output<string>,
  jobs: pulumi.Output<DrillJob[]>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const metadata = { name: accountName, namespace };
  const account = new kubernetes.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata, automountServiceAccountToken: false },
    { parent },
  );
  const role = new kubernetes.rbac.v1.Role(
    `${name}-role`,
    { metadata, rules: jobs.apply(rules) },
    { parent },
  );
  return [account, role, binding(`${name}-role-binding`, metadata, namespace, { parent, dependsOn: role })];
}

function rules(jobs: DrillJob[]): kubernetes.types.input.rbac.v1.PolicyRule[] {
  const rule = (apiGroup: string, resources: string[], verbs: string[], resourceNames?: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs,
    ...(resourceNames && { resourceNames }),
  });
  return [
    rule(cnpg, ["clusters"], ["get", "list", "create", "delete"]),
    rule("batch", ["jobs"], ["get", "list"]),
    rule("", ["pods", "pods/log", "events"], ["get", "list"]),
    rule("", ["persistentvolumeclaims"], ["get", "list", "delete"]),
    rule(
      "",
      ["secrets"],
      ["get"],
      jobs.map(({ drill }) => `${drill}-superuser`),
    ),
    rule(
      "",
      ["configmaps"],
      ["get", "update"],
      jobs.map(({ runs }) => runs),
    ),
    rule("coordination.k8s.io", ["leases"], ["get", "create", "update"]),
  ];
}

/** In a database's namespace: to read its Cluster, and nothing else. */
export function rightsAtSource(
  name: string,
  drills: pulumi.Output<string>,
  job: pulumi.Output<DrillJob>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const metadata = {
    name: job.apply(({ clusterName }) => `${clusterName}-${accountName}`),
    namespace: job.apply(({ namespace }) => namespace),
  };
  const role = new kubernetes.rbac.v1.Role(
    `${name}-source-role`,
    {
      metadata,
      rules: [
        {
          apiGroups: [cnpg],
          resources: ["clusters"],
          verbs: ["get"],
          resourceNames: [job.apply(({ clusterName }) => clusterName)],
        },
      ],
    },
    { parent },
  );
  return [role, binding(`${name}-source-role-binding`, metadata, drills, { parent, dependsOn: role })];
}

function binding(
  name: string,
  metadata: { name: pulumi.Input<string>; namespace: pulumi.Output<string> },
  accountNamespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.rbac.v1.RoleBinding {
  return new kubernetes.rbac.v1.RoleBinding(
    name,
    {
      metadata,
      subjects: [{ kind: "ServiceAccount", name: accountName, namespace: accountNamespace }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
    },
    opts,
  );
}
