import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { DrillJob } from "./settings.ts";

/**
 * Name of the marker's database in PostgreSQL, and of the role that owns it; scripts/source.py has it too. One that
 * nothing else has, for both are deleted with the drill. Names that begin with cnpg_ are the operator's own.
 */
const markerDatabase = "cnpgrgw_drill";

export const markerSecretName = (drill: string): string => `${drill}-marker`;

/** Where each run writes its row: a database of the drill's own in the source, by CloudNativePG's own resources. */
export function marker(
  name: string,
  drills: pulumi.Output<string>,
  job: pulumi.Output<DrillJob>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const password = new random.RandomPassword(
    `${name}-marker-password`,
    { length: 32, special: false },
    { parent },
  );
  const cluster = { name: job.apply(({ clusterName }) => clusterName) };
  const metadata = {
    name: job.apply(({ clusterName }) => `${clusterName}-restore-drill`),
    namespace: job.apply(({ namespace }) => namespace),
  };
  const secret = new kubernetes.core.v1.Secret(
    `${name}-marker-role-secret`,
    {
      // The operator takes a new password over when the Secret changes.
      metadata: { ...metadata, labels: { "cnpg.io/reload": "true" } },
      type: "kubernetes.io/basic-auth",
      stringData: { username: markerDatabase, password: password.result },
    },
    { parent },
  );
  const role = new kubernetes.apiextensions.CustomResource(
    `${name}-marker-role`,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "DatabaseRole",
      metadata,
      spec: {
        cluster,
        name: markerDatabase,
        comment: "writes the restore drill's marker",
        login: true,
        passwordSecret: { name: metadata.name },
        databaseRoleReclaimPolicy: "delete",
      },
    },
    { parent, dependsOn: secret, customTimeouts: { delete: "2m" } },
  );
  const database = new kubernetes.apiextensions.CustomResource(
    `${name}-marker-database`,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Database",
      metadata,
      spec: {
        cluster,
        name: markerDatabase,
        owner: markerDatabase,
        // It holds the drill's own rows and nothing else.
        databaseReclaimPolicy: "delete",
      },
    },
    { parent, dependsOn: role, customTimeouts: { delete: "2m" } },
  );
  const copy = new kubernetes.core.v1.Secret(
    `${name}-marker-secret`,
    {
      metadata: { name: job.apply(({ drill }) => markerSecretName(drill)), namespace: drills },
      stringData: { password: password.result },
    },
    { parent },
  );
  return [database, copy];
}
