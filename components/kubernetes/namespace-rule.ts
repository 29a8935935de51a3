import { shown } from "../pulumi/arguments.ts";

/** The API server's own rule (RFC 1123 label). */
export function namespaceRule(namespace: string): string | undefined {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return undefined;
  return `must be the name of a namespace: up to 63 lower-case letters, digits and inner hyphens, not ${shown(namespace)}`;
}
