import { parseAllDocuments, stringify } from "yaml";
import { operatorChart } from "../../components/versions.ts";
import { versions } from "../layout.ts";
import { dashboard } from "./dashboard.ts";
import * as objects from "./objects.ts";
import type { ReleaseObject } from "./objects.ts";
import { all, template, when } from "./template.ts";
import type { Manifest } from "./template.ts";
import { defaultValues, valuesJsonSchema } from "./values.ts";

const metadata = {
  apiVersion: "v2",
  name: operatorChart.name,
  description: "The CloudNativePG operator, as the lab has it",
  type: "application",
  version: operatorChart.version,
  appVersion: versions.cloudnativePg,
};

const helpers = `{{- define "cloudnative-pg.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}
{{- end -}}
{{- define "cloudnative-pg.image" -}}
{{ printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end -}}
{{- define "cloudnative-pg.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "cloudnative-pg.labels" -}}
{{ include "cloudnative-pg.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}
`;

/** The objects of a release manifest; an object that the chart would not know what to do with is an error. */
export function releaseObjects(manifest: string): ReleaseObject[] {
  return parseAllDocuments(manifest).map((document) => objects.objectSchema.parse(document.toJS()));
}

/** A ClusterRole that lets users edit or view the operator's kinds: for people, so no part of the lab. */
const isForUsers = ({ kind, metadata: { name } }: ReleaseObject): boolean =>
  kind === "ClusterRole" && name !== "cnpg-manager";

const converters: Readonly<Record<string, (object: ReleaseObject) => Manifest>> = {
  ServiceAccount: objects.serviceAccount,
  ClusterRole: objects.clusterRole,
  ClusterRoleBinding: objects.clusterRoleBinding,
  ConfigMap: objects.fixedName,
  Service: objects.webhookService,
  Deployment: objects.deployment,
  MutatingWebhookConfiguration: objects.webhookConfiguration,
  ValidatingWebhookConfiguration: objects.webhookConfiguration,
};

function operatorTemplates(manifest: readonly ReleaseObject[]): string {
  // Helm makes the namespace, if asked to.
  const rest = manifest.filter(
    (object) =>
      !["Namespace", "CustomResourceDefinition"].includes(object.kind) && !isForUsers(object),
  );
  return all(
    ...rest.map((object) => {
      const convert = converters[object.kind];
      if (convert === undefined) throw new Error(`the release manifest has a ${object.kind}, which is new`);
      return template(convert(object));
    }),
  );
}

/** The files of the chart by their paths in it, made from the operator's release manifest. */
export function chartFiles(manifest: string): Record<string, string> {
  const release = releaseObjects(manifest);
  const crds = release.filter((object) => object.kind === "CustomResourceDefinition");
  return {
    "Chart.yaml": stringify(metadata),
    "values.yaml": stringify(defaultValues),
    "values.schema.json": valuesJsonSchema(),
    "dashboard.json": dashboard(),
    "templates/_helpers.tpl": helpers,
    "templates/crds.yaml": when(".Values.crds.create", ...crds.map((object) => template(objects.crd(object)))),
    "templates/operator.yaml": operatorTemplates(release),
    "templates/config.yaml": when(".Values.config.create", template(objects.operatorConfig)),
    "templates/pod-monitor.yaml": when(".Values.monitoring.podMonitorEnabled", template(objects.podMonitor)),
    "templates/dashboard.yaml": when(
      ".Values.monitoring.grafanaDashboard.create",
      template(objects.dashboardConfigMap),
    ),
  };
}

/** index.yaml of a Helm repository that has just this chart. */
export function repositoryIndex(archive: string, sha256: string): string {
  const entry = { ...metadata, urls: [archive], digest: sha256, created: "1970-01-01T00:00:00Z" };
  return stringify({ apiVersion: "v1", entries: { [metadata.name]: [entry] }, generated: entry.created });
}

export const archiveName = `${metadata.name}-${metadata.version}.tgz`;
