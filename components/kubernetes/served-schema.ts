import { z } from "zod";

import { type KubernetesArgs, getOrUndefined } from "./questions.ts";
import { type FieldPath, written } from "../crds/field-path.ts";
import { isPlainObject } from "../text/plain-object.ts";
import { apiVersions } from "../crds/schema.ts";
import type { CrdKind } from "../crds/types.ts";
import { type Violation, schemaOf } from "../crds/validator.ts";

/** The schema of a spec as a cluster's own CRD has it, which may be of another version than the one in this package. */
export type ServedSchema = Readonly<Record<string, unknown>>;

const document = z.object({
  components: z.object({
    schemas: z.record(
      z.string(),
      z.object({
        "x-kubernetes-group-version-kind": z.array(z.object({ kind: z.string() })).default([]),
        properties: z.object({ spec: z.record(z.string(), z.unknown()).optional() }).default({}),
      }),
    ),
  }),
});

const documents = new Map<string, Promise<z.output<typeof document> | undefined>>();

/**
 * Asked for once a run, by the API's own description, which every account may read. Undefined where the cluster has no
 * such CRD yet, or does not answer in time: then the schema of this package counts alone.
 */
export async function servedSchema(
  kubernetes: KubernetesArgs,
  kind: CrdKind,
): Promise<ServedSchema | undefined> {
  const path = `/openapi/v3/apis/${apiVersions[kind]}`;
  const key = JSON.stringify([kubernetes, path]);
  const asked =
    documents.get(key) ?? getOrUndefined(kubernetes, path).then((found) => document.safeParse(found).data);
  documents.set(key, asked);
  const schemas = Object.values((await asked)?.components.schemas ?? {});
  return schemas.find((each) => each["x-kubernetes-group-version-kind"].some((one) => one.kind === kind))
    ?.properties.spec;
}

/** Whether the cluster's CRD says otherwise than the schema that a value breaks; the API server then has its say. */
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
