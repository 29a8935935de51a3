import { z } from "zod";
import { helm } from "./template.ts";
import type { Manifest } from "./template.ts";

/**
 * The objects of the operator's release manifest as the official chart has them: named after the release, in its
 * namespace, and changed by the values. Expressions use backquotes, which YAML leaves alone.
 */

const metadataSchema = z.looseObject({
  name: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export const objectSchema = z.looseObject({ kind: z.string(), metadata: metadataSchema });
export type ReleaseObject = z.infer<typeof objectSchema>;

const fullname = helm("include `cloudnative-pg.fullname` .");
const namespace = helm(".Release.Namespace");
const labels = helm("include `cloudnative-pg.labels` . | fromYaml | toJson");
const selector = helm("include `cloudnative-pg.selector` . | fromYaml | toJson");

/** Kept when the release goes: with its CRD every database would be deleted. */
export function crd(object: ReleaseObject): Manifest {
  const annotations = { ...object.metadata.annotations, "helm.sh/resource-policy": "keep" };
  return { ...object, metadata: { ...object.metadata, labels, annotations } };
}

export function serviceAccount(object: ReleaseObject): Manifest {
  return { ...object, metadata: { name: fullname, namespace, labels } };
}

export function clusterRole(object: ReleaseObject): Manifest {
  return { ...object, metadata: { name: fullname, labels } };
}

export function clusterRoleBinding(object: ReleaseObject): Manifest {
  return {
    ...object,
    metadata: { name: fullname, labels },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: fullname },
    subjects: [{ kind: "ServiceAccount", name: fullname, namespace }],
  };
}

/** The operator looks these up by their names, so they stay. */
export function fixedName(object: ReleaseObject): Manifest {
  return { ...object, metadata: { ...object.metadata, namespace } };
}

export function webhookService(object: ReleaseObject): Manifest {
  const { spec, ...rest } = z.looseObject({ ...objectSchema.shape, spec: z.looseObject({}) }).parse(object);
  return {
    ...rest,
    metadata: { name: object.metadata.name, namespace, labels },
    spec: { ...spec, selector },
  };
}

const webhooksSchema = z.looseObject({
  ...objectSchema.shape,
  webhooks: z.array(
    z.looseObject({ clientConfig: z.looseObject({ service: z.looseObject({ name: z.string() }) }) }),
  ),
});

export function webhookConfiguration(object: ReleaseObject): Manifest {
  const { webhooks, ...rest } = webhooksSchema.parse(object);
  return {
    ...rest,
    metadata: { ...object.metadata, labels },
    webhooks: webhooks.map((webhook) => ({
      ...webhook,
      clientConfig: { service: { ...webhook.clientConfig.service, namespace } },
    })),
  };
}

const deploymentSchema = z.looseObject({
  ...objectSchema.shape,
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.tuple([
          z.looseObject({
            args: z.array(z.string()),
            env: z.array(z.looseObject({ name: z.string() })),
          }),
        ]),
      }),
    }),
  }),
});

const image = helm("include `cloudnative-pg.image` .");
const configName = ".Values.config.name";

function args(original: readonly string[]): string[] {
  const changed: Partial<Record<string, string>> = {
    "--max-concurrent-reconciles": helm("printf `--max-concurrent-reconciles=%v` .Values.config.maxConcurrentReconciles"),
    "--config-map-name": helm(`printf \`--config-map-name=%s\` ${configName}`),
    "--secret-name": helm(`printf \`--secret-name=%s\` ${configName}`),
  };
  return original.map((argument) => changed[argument.split("=")[0] ?? ""] ?? argument);
}

export function deployment(object: ReleaseObject): Manifest {
  const { spec, ...rest } = deploymentSchema.parse(object);
  const [container] = spec.template.spec.containers;
  const env = container.env.map((variable) =>
    variable.name === "OPERATOR_IMAGE_NAME" ? { name: variable.name, value: image } : variable,
  );
  return {
    ...rest,
    metadata: { name: fullname, namespace, labels },
    spec: {
      ...spec,
      replicas: helm(".Values.replicaCount"),
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          ...spec.template.spec,
          serviceAccountName: fullname,
          containers: [
            {
              ...container,
              args: args(container.args),
              // An empty list of namespaces means all of them.
              env: [
                ...env,
                {
                  name: "WATCH_NAMESPACE",
                  value: helm("ternary `` .Release.Namespace .Values.config.clusterWide | quote"),
                },
              ],
              image,
              imagePullPolicy: helm(".Values.image.pullPolicy"),
              resources: helm("toJson .Values.resources"),
            },
          ],
        },
      },
    },
  };
}

export const operatorConfig: Manifest = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: helm(configName), namespace, labels },
  data: helm("toJson .Values.config.data"),
};

export const podMonitor: Manifest = {
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PodMonitor",
  metadata: {
    name: fullname,
    namespace,
    labels: helm(
      "merge (include `cloudnative-pg.labels` . | fromYaml) .Values.monitoring.podMonitorAdditionalLabels | toJson",
    ),
  },
  spec: { selector: { matchLabels: selector }, podMetricsEndpoints: [{ port: "metrics" }] },
};

const dashboardValues = ".Values.monitoring.grafanaDashboard";

export const dashboardConfigMap: Manifest = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: helm(`${dashboardValues}.configMapName`),
    namespace: helm(`default .Release.Namespace ${dashboardValues}.namespace`),
    labels: helm(
      `merge (dict ${dashboardValues}.sidecarLabel (toString ${dashboardValues}.sidecarLabelValue)) ${dashboardValues}.labels | toJson`,
    ),
    annotations: helm(`toJson ${dashboardValues}.annotations`),
  },
  data: { "cnp.json": helm("$.Files.Get `dashboard.json` | toJson") },
};
