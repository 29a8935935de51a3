import { shown } from "../check.ts";

/** The API server's own rule (RFC 1123 label). */
export function namespaceRule(namespace: string): string | undefined {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return undefined;
  return `must be the name of a namespace: up to 63 lower-case letters, digits and inner hyphens, not ${shown(namespace)}`;
}

export function chartRule(chart: string | undefined): string | undefined {
  if (chart === undefined || /^\S+$/.test(chart)) return undefined;
  return `must be the name of a Helm chart, a path, or an oci:// or https:// URL, not ${shown(chart)}`;
}

export function chartVersionRule(version: string | undefined): string | undefined {
  if (version === undefined || /^v?\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(version)) return undefined;
  return `must be the exact version of a Helm chart, such as 0.29.0, not ${shown(version)}`;
}

export function repositoryRule(repository: string | undefined): string | undefined {
  if (repository === undefined || /^https?:\/\/[^\s/]\S*$/.test(repository)) return undefined;
  return `must be the http or https URL of a Helm repository (an oci:// URL goes into chart), not ${shown(repository)}`;
}
