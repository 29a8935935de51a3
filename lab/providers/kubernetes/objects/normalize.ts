import { isObject, UNKNOWN, type Props } from "../../sdk/provider.ts";
import {
  isCustomResourceDefinition,
  isFullyKnown,
  isSecret,
  withMetadata,
  without,
  type KubeObject,
} from "./object.ts";

const readOnlyMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** Inputs in the form in which the API server gives them back, so that comparing the two shows real changes only. */
export function normalize(inputs: KubeObject): KubeObject {
  const object = isObject(inputs.metadata)
    ? withMetadata(inputs, Object.fromEntries(readOnlyMetadata.map((key) => [key, undefined])))
    : inputs;
  if (!isFullyKnown(object)) return object;
  if (isSecret(object)) return normalizeSecret(object);
  if (isCustomResourceDefinition(object)) return normalizeDefinition(object);
  return object;
}

/** The API server turns `stringData` into `data`, over what is there, and re-encodes the base64. */
function normalizeSecret(secret: KubeObject): KubeObject {
  const data: Props = {};
  for (const [key, value] of Object.entries(isObject(secret.data) ? secret.data : {})) {
    data[key] = typeof value === "string" ? canonicalBase64(value) : value;
  }
  const { stringData, ...rest } = secret;
  if (!isObject(stringData)) return isObject(secret.data) ? { ...secret, data } : secret;
  for (const [key, value] of Object.entries(stringData)) {
    data[key] = typeof value === "string" ? Buffer.from(value).toString("base64") : value;
  }
  return { ...rest, data };
}

// Base64 that does not decode stays as it is: the API server refuses it with a message of its own.
function canonicalBase64(value: string): string {
  const compact = value.replaceAll(/[\r\n]/g, "");
  return /^[A-Za-z0-9+/]*={0,2}$/.test(compact) ? compact : value;
}

function normalizeDefinition(definition: KubeObject): KubeObject {
  const rest = without(definition, "status");
  const spec = rest.spec;
  if (!isObject(spec) || spec.preserveUnknownFields !== false) return rest;
  return { ...rest, spec: without(spec, "preserveUnknownFields") };
}

/** The SDKs cannot have a property `x-kubernetes-…`: they say `x_kubernetes_…`. */
const dashed = new Set([
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
]);
const underscored = new Set([...dashed].map((key) => key.replaceAll("-", "_")));

export function toKubernetesKeys(object: KubeObject): KubeObject {
  return renameKeys(object, (key) => (underscored.has(key) ? key.replaceAll("_", "-") : key));
}

export function toPulumiKeys(object: KubeObject): KubeObject {
  return renameKeys(object, (key) => (dashed.has(key) ? key.replaceAll("-", "_") : key));
}

function renameKeys(object: Props, rename: (key: string) => string): Props {
  const inner = (value: unknown): unknown => {
    if (value === UNKNOWN) return value;
    if (Array.isArray(value)) return value.map(inner);
    return isObject(value) ? renameKeys(value, rename) : value;
  };
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), inner(value)]));
}
