import { isObject, merge } from "../text/merge.ts";

/** Values of a Helm chart, as in its `values.yaml`. */
export type HelmValues = Record<string, unknown>;

const defaults: HelmValues = {
  config: { clusterWide: true },
  // The chart marks its CRDs with helm.sh/resource-policy: keep, so that databases outlive the release.
  crds: { create: true },
  // The chart's own default is none at all: such a pod is the first to be killed when memory is short.
  resources: { requests: { cpu: "100m", memory: "200Mi" } },
  monitoring: {
    podMonitorEnabled: true,
    grafanaDashboard: { create: true, labels: { grafana_dashboard: "1" } },
  },
};

/** The values of the release: ours, with the user's merged over them. @internal */
export function operatorValues(overrides: HelmValues = {}): HelmValues {
  return merge(defaults, overrides);
}

/** Whether the values ask for a PodMonitor, which needs the Prometheus Operator's CRD. @internal */
export function wantsPodMonitor({ monitoring }: HelmValues): boolean {
  return isObject(monitoring) && monitoring.podMonitorEnabled === true;
}
