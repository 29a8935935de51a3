import { containsUnknown, isObject, UNKNOWN, type Props } from "../../sdk/provider.ts";

/** A Kubernetes object as JSON. In inputs, a value that is not known yet is UNKNOWN. */
export type KubeObject = Props;

export interface Kind {
  /** As in a manifest: `v1`, `apps/v1`, `postgresql.cnpg.io/v1`. */
  apiVersion: string;
  kind: string;
}

export const annotations = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  waitFor: "pulumi.com/waitFor",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  patchForce: "pulumi.com/patchForce",
  patchFieldManager: "pulumi.com/patchFieldManager",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
} as const;

export function kindOf(object: KubeObject): Kind {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    throw new Error("a Kubernetes object needs apiVersion and kind as plain strings, known at preview");
  }
  return { apiVersion, kind };
}

/** The value at a path of object keys, or undefined. */
export function valueAt(root: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);
}

export function stringAt(root: unknown, ...path: string[]): string | undefined {
  const value = valueAt(root, ...path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberAt(root: unknown, ...path: string[]): number | undefined {
  const value = valueAt(root, ...path);
  return typeof value === "number" ? value : undefined;
}

export function nameOf(object: KubeObject): string | undefined {
  return stringAt(object, "metadata", "name");
}

export function namespaceOf(object: KubeObject): string | undefined {
  return stringAt(object, "metadata", "namespace");
}

export function annotation(object: KubeObject, key: string): string | undefined {
  return stringAt(object, "metadata", "annotations", key);
}

export function isAnnotated(object: KubeObject, key: string): boolean {
  return annotation(object, key) === "true";
}

/** Whether the object has a name, be it one that is not known yet. */
export function isNamed(object: KubeObject): boolean {
  return valueAt(object, "metadata", "name") === UNKNOWN || nameOf(object) !== undefined;
}

/** The object with some metadata changed; `undefined` removes. Metadata that is not known yet stays as it is. */
export function withMetadata(object: KubeObject, changes: Props): KubeObject {
  const metadata = object.metadata;
  if (metadata === UNKNOWN) return object;
  const merged = { ...(isObject(metadata) ? metadata : {}), ...changes };
  return { ...object, metadata: withoutUndefined(merged) };
}

export function withAnnotation(object: KubeObject, key: string, value: string): KubeObject {
  const existing = valueAt(object, "metadata", "annotations");
  if (existing === UNKNOWN) return object;
  return withMetadata(object, { annotations: { ...(isObject(existing) ? existing : {}), [key]: value } });
}

export function withoutUndefined(object: Props): Props {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

export function without(object: Props, ...keys: string[]): Props {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** `namespace/name`, or `name` in no namespace: the id of a resource. */
export function idOf(object: KubeObject): string {
  return formatId(namespaceOf(object), nameOf(object) ?? "");
}

export function formatId(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function parseId(id: string): { namespace: string | undefined; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: undefined, name: first } : { namespace: first, name: second };
}

export function isSecret(object: KubeObject): boolean {
  return object.apiVersion === "v1" && object.kind === "Secret";
}

export function isConfigMap(object: KubeObject): boolean {
  return object.apiVersion === "v1" && object.kind === "ConfigMap";
}

export function isCustomResourceDefinition(object: KubeObject): boolean {
  return (
    object.kind === "CustomResourceDefinition" &&
    (stringAt(object, "apiVersion")?.startsWith("apiextensions.k8s.io/") ?? false)
  );
}

export function isFullyKnown(object: KubeObject): boolean {
  return !containsUnknown(object);
}

/** The name of the resource in `urn:pulumi:stack::project::type::name`. */
export function nameInUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
