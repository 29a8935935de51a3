import { z } from "zod";

const words = z.record(z.string(), z.string());
const quantities = z.record(z.string(), z.union([z.string(), z.number()]));

/**
 * The values of the official chart that this one honours, with the official defaults. Helm refuses any other value
 * before it installs anything: to ignore one would hide a mistake.
 */
export const valuesSchema = z.strictObject({
  replicaCount: z.int().min(0).default(1),
  image: z
    .strictObject({
      repository: z.string().default("ghcr.io/cloudnative-pg/cloudnative-pg"),
      pullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).default("IfNotPresent"),
      tag: z.string().default(""),
    })
    .prefault({}),
  crds: z.strictObject({ create: z.boolean().default(true) }).prefault({}),
  config: z
    .strictObject({
      create: z.boolean().default(true),
      name: z.string().default("cnpg-controller-manager-config"),
      clusterWide: z.boolean().default(true),
      maxConcurrentReconciles: z.int().default(10),
      data: words.default({}),
    })
    .prefault({}),
  resources: z
    .strictObject({ requests: quantities.optional(), limits: quantities.optional() })
    .prefault({}),
  monitoring: z
    .strictObject({
      podMonitorEnabled: z.boolean().default(false),
      podMonitorAdditionalLabels: words.default({}),
      grafanaDashboard: z
        .strictObject({
          create: z.boolean().default(false),
          namespace: z.string().default(""),
          configMapName: z.string().default("cnpg-grafana-dashboard"),
          sidecarLabel: z.string().default("grafana_dashboard"),
          sidecarLabelValue: z.string().default("1"),
          labels: words.default({}),
          annotations: words.default({}),
        })
        .prefault({}),
    })
    .prefault({}),
});

export const defaultValues = valuesSchema.parse({});

/** values.schema.json, which Helm checks the values against. */
export function valuesJsonSchema(): string {
  return JSON.stringify(z.toJSONSchema(valuesSchema, { target: "draft-7", io: "input" }), undefined, 2);
}
