import { shown } from "../pulumi/arguments.ts";
import { isObject } from "../text/merge.ts";
import { operatorChart } from "../versions.ts";

type Kind = "boolean" | "integer" | "string" | "object" | "array";
interface Kinds {
  [name: string]: Kind | Kinds;
}

const probe: Kinds = { initialDelaySeconds: "integer" };
const hook: Kinds = { create: "boolean", failurePolicy: "string" };

/** The values of the pinned chart and their types, as in its values.schema.json and its templates. */
export const chartValues: Kinds = {
  additionalArgs: "array",
  additionalEnv: "array",
  affinity: "object",
  commonAnnotations: "object",
  config: {
    clusterWide: "boolean",
    create: "boolean",
    data: "object",
    maxConcurrentReconciles: "integer",
    name: "string",
    secret: "boolean",
  },
  containerSecurityContext: {
    allowPrivilegeEscalation: "boolean",
    capabilities: { drop: "array" },
    readOnlyRootFilesystem: "boolean",
    runAsGroup: "integer",
    runAsUser: "integer",
    seccompProfile: { type: "string" },
  },
  crds: { create: "boolean" },
  dnsPolicy: "string",
  fullnameOverride: "string",
  global: "object",
  hostNetwork: "boolean",
  image: { pullPolicy: "string", repository: "string", tag: "string" },
  imagePullSecrets: "array",
  monitoring: {
    grafanaDashboard: {
      annotations: "object",
      configMapName: "string",
      create: "boolean",
      labels: "object",
      namespace: "string",
      sidecarLabel: "string",
      sidecarLabelValue: "string",
    },
    podMonitorAdditionalLabels: "object",
    podMonitorEnabled: "boolean",
    podMonitorMetricRelabelings: "array",
    podMonitorRelabelings: "array",
  },
  monitoringQueriesConfigMap: { name: "string", queries: "string" },
  nameOverride: "string",
  namespaceOverride: "string",
  nodeSelector: "object",
  podAnnotations: "object",
  podLabels: "object",
  podSecurityContext: { runAsNonRoot: "boolean", seccompProfile: { type: "string" } },
  priorityClassName: "string",
  rbac: { aggregateClusterRoles: "boolean", annotations: "object", create: "boolean" },
  replicaCount: "integer",
  resources: "object",
  service: { ipFamilies: "array", ipFamilyPolicy: "string", name: "string", port: "integer", type: "string" },
  serviceAccount: { create: "boolean", name: "string" },
  tolerations: "array",
  topologySpreadConstraints: "array",
  updateStrategy: "object",
  webhook: {
    livenessProbe: probe,
    mutating: hook,
    port: "integer",
    readinessProbe: probe,
    startupProbe: { failureThreshold: "integer", periodSeconds: "integer" },
    validating: hook,
  },
};

/** Parts that the chart copies into its objects as they are: other fields of Kubernetes may stand in them. */
const copied = ["containerSecurityContext", "podSecurityContext"];

/** A value of a wrong type, or, without `mustBe`, one that the chart does not know. */
export interface ChartValueProblem {
  path: string[];
  mustBe?: string;
  /** As it can be shown. */
  value: string;
}

export interface ChartSource {
  chart?: unknown;
  chartVersion?: unknown;
  values: Record<string, unknown>;
}

/**
 * What Helm would refuse in the values, found before anything is made; and what the chart would pass over in silence.
 * Nothing about the values of another chart, or another version of it: what these know cannot be told here.
 */
export function chartValueProblems({ chart, chartVersion, values }: ChartSource): ChartValueProblem[] {
  const isMirror =
    typeof chart === "string" && chart.startsWith("oci://") && lastPart(chart) === operatorChart.name;
  const isPinnedChart = chart === undefined || chart === operatorChart.name || isMirror;
  const isPinnedVersion = chartVersion === undefined || chartVersion === operatorChart.version;
  return isPinnedChart && isPinnedVersion ? problemsAt([], chartValues, values) : [];
}

/** All that is wrong with the values, for an error. Where they are secret, or a part of them is, it shows none. */
export function chartValueTrouble(source: ChartSource, isSecret: boolean): string | undefined {
  const problems = chartValueProblems(source).map(({ path, mustBe, value }) => {
    const name = `values.${path.join(".")}`;
    return mustBe === undefined
      ? `${name} is not a value of chart ${operatorChart.name} ${operatorChart.version}`
      : `${name} must be ${mustBe}, not ${isSecret ? "what was given" : value}`;
  });
  return problems.length === 0 ? undefined : problems.join("; ");
}

/** The name of a chart by its URL, without a digest. */
const lastPart = (url: string): string | undefined => url.split("@")[0]?.split("/").at(-1);

function problemsAt(path: string[], kinds: Kinds, values: Record<string, unknown>): ChartValueProblem[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const here = [...path, name];
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined)
      return copied.includes(here[0] ?? "") ? [] : [{ path: here, value: brief(value) }];
    // Helm's way to take a default back.
    if (value === null) return [];
    if (typeof kind !== "string" && isObject(value)) return problemsAt(here, kind, value);
    const wanted = typeof kind === "string" ? kind : "object";
    return isOfKind(wanted, value) ? [] : [{ path: here, mustBe: inWords[wanted], value: brief(value) }];
  });
}

const inWords: Record<Kind, string> = {
  boolean: "true or false",
  integer: "a whole number",
  string: "text",
  object: "an object",
  array: "a list",
};

function isOfKind(kind: Kind, value: unknown): boolean {
  if (kind === "object") return isObject(value);
  if (kind === "array") return Array.isArray(value);
  if (kind === "integer") return Number.isInteger(value);
  return typeof value === kind;
}

function brief(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return shown(value);
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "an object";
}

/** The names of values that may stand at a path. */
export function chartValueNames(path: readonly string[]): string[] {
  const kinds = path.reduce<Kinds | Kind | undefined>(
    (at, name) => (typeof at === "object" && Object.hasOwn(at, name) ? at[name] : undefined),
    chartValues,
  );
  return typeof kinds === "object" ? Object.keys(kinds) : [];
}
