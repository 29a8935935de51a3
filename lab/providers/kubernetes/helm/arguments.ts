import type { ReleaseInputs } from "./inputs.ts";

export const defaultTimeoutSeconds = 300;

/** Arguments of `helm install`. Values go in by stdin, never here. */
export function installArguments(release: ReleaseInputs): string[] {
  return [
    "install",
    ...target(release),
    ...waiting(release),
    ...flags({
      "--atomic": release.atomic,
      "--create-namespace": release.createNamespace,
      "--skip-crds": release.skipCrds,
      "--no-hooks": release.disableWebhooks,
      "--replace": release.replace,
    }),
    ...shared(release),
  ];
}

/** Arguments of `helm upgrade`. */
export function upgradeArguments(release: ReleaseInputs): string[] {
  return [
    "upgrade",
    ...target(release),
    ...waiting(release),
    ...flags({
      "--atomic": release.atomic,
      "--cleanup-on-fail": release.cleanupOnFail,
      "--force": release.forceUpdate,
      "--no-hooks": release.disableCRDHooks,
      "--reset-values": release.resetValues,
      "--reuse-values": release.reuseValues,
    }),
    // Without it the helm command keeps ten revisions; the official plugin keeps all.
    `--history-max=${release.maxHistory ?? 0}`,
    ...shared(release),
  ];
}

/** Arguments of `helm template`, of which only the definitions of custom resources are looked at. */
export function templateArguments(release: ReleaseInputs): string[] {
  return [
    "template",
    ...target(release),
    ...flags({ "--include-crds": release.skipCrds !== true }),
    "--values=-",
  ];
}

export function showChartArguments(release: ReleaseInputs): string[] {
  return ["show", "chart", ...chart(release)];
}

export function uninstallArguments(release: ReleaseInputs): string[] {
  const waits = release.atomic === true || release.skipAwait !== true;
  const wait = waits ? ["--wait", timeout(release)] : [];
  return ["uninstall", release.name, `--namespace=${release.namespace}`, ...wait];
}

function target(release: ReleaseInputs): string[] {
  return [release.name, ...chart(release), `--namespace=${release.namespace}`];
}

function chart(release: ReleaseInputs): string[] {
  const { repo, caFile, certFile, keyFile } = release.repositoryOpts ?? {};
  const isUrl = repo !== undefined && URL.canParse(repo) && !release.chart.startsWith("oci://");
  const isRepositoryName = repo !== undefined && repo !== "" && !isUrl && !release.chart.includes("/");
  return [
    isRepositoryName ? `${repo}/${release.chart}` : release.chart,
    ...options({
      "--repo": isUrl ? repo : undefined,
      "--version": release.version === "" ? undefined : release.version,
      "--ca-file": caFile,
      "--cert-file": certFile,
      "--key-file": keyFile,
    }),
    ...flags({ "--devel": release.devel, "--dependency-update": release.dependencyUpdate }),
  ];
}

function waiting(release: ReleaseInputs): string[] {
  const waits = release.skipAwait !== true;
  return [
    ...flags({ "--wait": waits, "--wait-for-jobs": waits && release.waitForJobs === true }),
    timeout(release),
  ];
}

function shared(release: ReleaseInputs): string[] {
  return [
    ...flags({
      "--disable-openapi-validation": release.disableOpenapiValidation,
      "--render-subchart-notes": release.renderSubchartNotes,
    }),
    ...options({ "--description": release.description }),
    "--values=-",
    "--output=json",
  ];
}

function timeout(release: ReleaseInputs): string {
  return `--timeout=${release.timeout === undefined || release.timeout === 0 ? defaultTimeoutSeconds : release.timeout}s`;
}

function flags(wanted: Readonly<Record<string, boolean | undefined>>): string[] {
  return Object.keys(wanted).filter((flag) => wanted[flag] === true);
}

function options(wanted: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(wanted).flatMap(([flag, value]) =>
    value === undefined || value === "" ? [] : [`${flag}=${value}`],
  );
}
