import { shown } from "../pulumi/arguments.ts";
import { versions } from "../versions.ts";

/** Helm's own rule. */
export function releaseRule(release: string): string | undefined {
  if (release.length <= 53 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(release)) return undefined;
  return `must be the name of a Helm release: up to 53 lower-case letters, digits, inner hyphens and dots, not ${shown(release)}`;
}

export function chartRule(chart: string | undefined): string | undefined {
  if (chart !== undefined && /\/\/[^/]*@/.test(chart)) return `must have no credentials in its URL`;
  if (chart !== undefined && chart.startsWith("oci://") && !/^[^@]*(@sha256:[0-9a-f]{64})?$/.test(chart)) {
    return `must have a digest of the form @sha256: and 64 hexadecimal digits, or none, not ${shown(chart)}`;
  }
  if (chart === undefined || /^[A-Za-z0-9./_~][^\s\p{C}]{0,1023}$/u.test(chart)) return undefined;
  return `must be the name of a Helm chart, a path, or an oci:// or https:// URL, not ${shown(chart)}`;
}

export function chartVersionRule(version: string | undefined): string | undefined {
  if (version === undefined || /^v?\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(version)) return undefined;
  return `must be the exact version of a Helm chart, such as ${versions.operatorChart}, not ${shown(version)}`;
}

export function repositoryRule(repository: string | undefined): string | undefined {
  if (repository === undefined) return undefined;
  const allowed = "must be the http or https URL of a Helm repository (an oci:// URL goes into chart)";
  const url = URL.parse(repository);
  if (url === null || !/^https?:\/\/[!-~]{1,1024}$/.test(repository))
    return `${allowed}, not ${shown(repository)}`;
  return url.username + url.password === "" ? undefined : `${allowed}, without credentials in it`;
}
