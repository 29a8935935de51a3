import { isPlainObject } from "../text/plain-object.ts";
import { type FieldPath, written } from "./field-path.ts";
import { type Violation, schemaOf } from "./validator.ts";

/** The schema of a spec as a Kubernetes' own CRD has it, which may be of another version than the one in this package. */
export type ServedSchema = Readonly<Record<string, unknown>>;

/** Whether the CRD in Kubernetes differs from the schema that a value breaks; then the API server decides. */
export function isOtherwise(served: ServedSchema, path: FieldPath, violation: Violation): boolean {
  const node = schemaAt(served, path);
  if (node === undefined) return false;
  if (node === anything) return true;
  const { keyword } = violation;
  switch (keyword) {
    case "additionalProperties":
      return schemaAt(node, [violation.params.additionalProperty]) !== undefined;
    case "required":
      return !(Array.isArray(node.required) && node.required.includes(violation.params.missingProperty));
    case "enum":
    case "pattern":
    case "minimum":
    case "maximum":
    case "minLength":
    case "maxLength":
    case "minItems":
    case "maxItems":
      return JSON.stringify(node[keyword]) !== JSON.stringify(Reflect.get(schemaOf(violation), keyword));
    default:
      return false;
  }
}

/** Fields of a spec that the cluster's CRD does not have, so that its API server drops them in silence. */
export function droppedFields(served: ServedSchema, value: unknown, at: FieldPath = []): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => droppedBelow(served, item, at, i));
  if (!isPlainObject(value)) return [];
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .flatMap(([field, inner]) => droppedBelow(served, inner, at, field));
}

function droppedBelow(node: ServedSchema, value: unknown, at: FieldPath, part: string | number): string[] {
  const inner = schemaAt(node, [part]);
  if (inner === anything) return [];
  return inner === undefined ? [written([...at, part])] : droppedFields(inner, value, [...at, part]);
}

const anything = Symbol("anything");

/** Undefined where there is no such field. */
function schemaAt(schema: ServedSchema, path: FieldPath): ServedSchema | typeof anything | undefined {
  let node: unknown = schema;
  for (const part of path) {
    if (!isRecord(node)) return undefined;
    if (isOpen(node)) return anything;
    node = typeof part === "number" ? node.items : typeof part === "string" ? fieldOf(node, part) : undefined;
    if (node === true) return anything;
  }
  return isRecord(node) ? node : undefined;
}

function fieldOf({ properties, additionalProperties }: ServedSchema, field: string): unknown {
  return isRecord(properties) && Object.hasOwn(properties, field) ? properties[field] : additionalProperties;
}

/** What takes any field, and what is described elsewhere. */
const isOpen = (node: ServedSchema): boolean =>
  node["x-kubernetes-preserve-unknown-fields"] === true || "$ref" in node || "allOf" in node;

const isRecord = (value: unknown): value is ServedSchema => isPlainObject(value);
