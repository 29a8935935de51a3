import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checked, shown, userError } from "../pulumi/arguments.ts";
import { exposureOf } from "../text/exposure.ts";
import { log } from "../pulumi/log.ts";
import { importsRelease, refusesSecondOperator } from "./adopt-release.ts";
import { type ChartSource, chartValueTrouble } from "./chart-values.ts";
import { type KubernetesArgs, servesPodMonitors } from "../kubernetes/questions.ts";
import { isObject } from "../text/merge.ts";
import { operatorChart } from "../versions.ts";
import { type HelmValues, operatorValues, wantsPodMonitor } from "./operator-values.ts";
import { type PreflightArgs, kubernetesToAsk } from "../kubernetes/preflight-args.ts";
import { releaseTrouble } from "./release-trouble.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { chartRule, chartVersionRule, releaseRule, repositoryRule } from "./rules.ts";

/** Arguments of {@link CnpgOperator}. */
export interface CnpgOperatorArgs {
  /**
   * Namespace for the operator, a Kubernetes name (RFC 1123 label). Created if it is missing, and never deleted by
   * Pulumi: it may hold more than the operator. Default: `cnpg-system`.
   */
  namespace?: pulumi.Input<string> | undefined;

  /**
   * Adopt an operator that is already installed as a Helm release. Default: none; an operator that is already there is
   * then an error, in previews too, because two operators in one Kubernetes take over each other's webhooks.
   */
  adopt?: AdoptArgs | undefined;

  /**
   * The Helm chart: a name in `repository`, a path, an `oci://` URL, or the URL of a `.tgz`, such as for a mirror. An
   * `oci://` URL may end with the digest that the chart must have, `@sha256:…`. Default: `cloudnative-pg`.
   */
  chart?: pulumi.Input<string | undefined>;

  /**
   * Exact version of the chart. A range is refused: it would mean another version at another time.
   * Default: `0.29.0` (operator 1.30.0), the version that this project is tested with. None for a path or a `.tgz`.
   */
  chartVersion?: pulumi.Input<string | undefined>;

  /**
   * URL of the Helm repository that has `chart`, http or https. Ignored where `chart` is a path or a URL. Default: the
   * CloudNativePG project's.
   */
  repository?: pulumi.Input<string | undefined>;

  /**
   * Values of the chart, merged over the component's defaults: objects key by key, anything else is replaced. The
   * defaults:
   *
   * - watch all namespaces
   * - install the CRDs
   * - request 100m CPU and 200Mi of memory
   * - a PodMonitor, and a Grafana dashboard (a ConfigMap with the label `grafana_dashboard: "1"`)
   *
   * Values that the default chart does not know, or of a wrong type, are refused. Helm checks those of another chart or
   * version against its schema. If one value is a secret, all of them are treated as secret.
   */
  values?: pulumi.Input<HelmValues | undefined>;

  /** How Kubernetes is asked, before the release is touched, whether it has what the values need. */
  preflight?: PreflightArgs;
}

/** A Helm release that is there, to take over. */
export interface AdoptArgs {
  /**
   * Name of the release in `namespace`, whatever tool installed it. It is upgraded in place to the declared chart and
   * values. Databases keep running; if the operator's version changes, they restart instance by instance. If there is no
   * such release, one is installed under this name.
   */
  release: pulumi.Input<string>;
}

/**
 * The CloudNativePG operator as a Helm release that watches all namespaces. An installation that fails is rolled back.
 * The CRDs, and with them every database, stay when the component is removed: the chart marks them with
 * `helm.sh/resource-policy: keep`, and the next release takes them over.
 */
export class CnpgOperator extends pulumi.ComponentResource {
  /** The operator's namespace; resolves once the operator runs. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: CnpgOperatorArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:cnpg:CnpgOperator", name, {}, opts);
    const overrides = checkedValues(args, this);
    warnOfPublicHttp(args, this);
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: checked(this, "namespace", args.namespace ?? "cnpg-system", namespaceRule) } },
      { parent: this, retainOnDelete: true },
    );
    const kubernetes = kubernetesToAsk(this, args.preflight);
    const release = new k8s.helm.v3.Release(
      `${name}-release`,
      {
        ...chartSource(args, this),
        // Fixed, since the CRDs that outlive a release are taken over only by one of the same name.
        name: checked(this, "adopt.release", args.adopt?.release ?? "cnpg", releaseRule),
        namespace: namespace.metadata.name,
        atomic: true,
        timeout: 300,
        values: overrides.apply((known) => valuesFor(kubernetes, known, this)),
      },
      {
        parent: this,
        transforms: importsRelease(kubernetes, args.adopt !== undefined),
        ...pulumi.mergeOptions(releaseTrouble(this, kubernetes), refusesSecondOperator(this, kubernetes)),
      },
    );
    this.namespace = release.namespace;
    this.registerOutputs({ namespace: this.namespace });
  }
}

/** The user's values, if the chart can take them; what is known at once is checked before anything is made. */
function checkedValues(
  { chart, chartVersion, values }: CnpgOperatorArgs,
  resource: pulumi.Resource,
): pulumi.Output<HelmValues | undefined> {
  const check = (source: ChartSource, isSecret: boolean): void => {
    const trouble = chartValueTrouble(source, isSecret);
    if (trouble !== undefined) throw userError(trouble, resource);
  };
  const now = withoutOutputs(values);
  // What is secret is an output, and so none of this.
  if (isObject(now)) check({ chart, chartVersion, values: now }, false);
  return pulumi.all([values, chart, chartVersion]).apply(async ([known, chart, chartVersion]) => {
    if (known !== undefined)
      check({ chart, chartVersion, values: known }, await pulumi.isSecret(pulumi.output(values)));
    return known;
  });
}

/** A copy with null, which any value may be, in the place of what is not known yet. */
function withoutOutputs(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return null;
  if (Array.isArray(value)) return value.map(withoutOutputs);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutOutputs(inner)]));
}

/** The release's values, once it is clear that the cluster can take what they ask for. @internal */
export async function valuesFor(
  kubernetes: KubernetesArgs | undefined,
  overrides: HelmValues | undefined,
  resource?: pulumi.Resource,
): Promise<HelmValues> {
  const values = operatorValues(overrides);
  if (kubernetes && wantsPodMonitor(values) && (await servesPodMonitors(kubernetes)) === "no") {
    throw new pulumi.ResourceError(noPodMonitorCrd, resource, true);
  }
  return values;
}

const noPodMonitorCrd =
  "The chart's value monitoring.podMonitorEnabled is true, but Kubernetes has no CRD " +
  "podmonitors.monitoring.coreos.com, so Helm would refuse the whole release. Install the Prometheus Operator's CRDs, " +
  "or set 'values' to { monitoring: { podMonitorEnabled: false } }";

/** Who changes a chart on its way has the operator's rights in Kubernetes. */
function warnOfPublicHttp({ chart, repository }: CnpgOperatorArgs, resource: pulumi.Resource): void {
  pulumi.all([chart, repository]).apply(async (places) => {
    for (const place of places) {
      if (place?.startsWith("http://") !== true || (await exposureOf(place)) !== "internet") continue;
      log(
        "warn",
        `The operator's chart comes from ${shown(place)}, over http and from outside your network. Anyone in between can ` +
          "change what is installed with the operator's rights. Use https.",
        resource,
      );
    }
  });
}

/** A name needs a repository and a version; a path or a URL says by itself where the chart is. */
function chartSource(
  args: CnpgOperatorArgs,
  resource: pulumi.Resource,
): Pick<k8s.helm.v3.ReleaseArgs, "chart" | "version" | "repositoryOpts"> {
  const source = pulumi
    .all([
      checked(resource, "chart", args.chart, chartRule),
      checked(resource, "chartVersion", args.chartVersion, chartVersionRule),
      checked(resource, "repository", args.repository, repositoryRule),
    ])
    .apply(([chart, version, repo]) => {
      const isName = chart === undefined || /^\w[\w.-]*$/.test(chart);
      const isVersioned = isName || chart.startsWith("oci://");
      return {
        chart: chart ?? operatorChart.name,
        version: version ?? (isVersioned ? operatorChart.version : undefined),
        repositoryOpts: isName ? { repo: repo ?? operatorChart.repository } : undefined,
      };
    });
  return { chart: source.chart, version: source.version, repositoryOpts: source.repositoryOpts };
}
