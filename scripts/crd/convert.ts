import { z } from "zod";

/** A JSON schema as this project uses it: what the schema check and the type generator understand. */
export interface JsonSchema {
  description?: string;
  type?: TypeName | TypeName[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  enum?: Scalar[];
  uniqueItems?: boolean;
  [constraint: string]: unknown;
}

type TypeName = NonNullable<CrdSchema["type"]> | "null";
type Scalar = string | number | boolean | null;

// Strict: a keyword that a later CRD brings ends the generator, and is not left out of the check in silence.
const celRule = z.strictObject({
  rule: z.string(),
  message: z.string().optional(),
  messageExpression: z.string().optional(),
  fieldPath: z.string().optional(),
  reason: z.string().optional(),
  optionalOldSelf: z.boolean().optional(),
});

export const crdSchema = z.strictObject({
  description: z.string().optional(),
  type: z.enum(["object", "array", "string", "integer", "number", "boolean"]).optional(),
  get properties() {
    return z.record(z.string(), crdSchema).optional();
  },
  get items() {
    return crdSchema.optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), crdSchema]).optional();
  },
  required: z.array(z.string()).optional(),
  enum: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  pattern: z.string().optional(),
  format: z.enum(["int32", "int64", "byte", "date-time"]).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  default: z.unknown().optional(),
  nullable: z.boolean().optional(),
  // Structural schemas have it beside int-or-string, where it says the same once more; the check below is on that.
  anyOf: z.array(z.strictObject({ type: z.enum(["integer", "string"]) })).optional(),
  "x-kubernetes-int-or-string": z.boolean().optional(),
  "x-kubernetes-preserve-unknown-fields": z.boolean().optional(),
  "x-kubernetes-embedded-resource": z.boolean().optional(),
  "x-kubernetes-list-type": z.enum(["atomic", "map", "set"]).optional(),
  "x-kubernetes-list-map-keys": z.array(z.string()).optional(),
  "x-kubernetes-map-type": z.enum(["atomic", "granular"]).optional(),
  "x-kubernetes-validations": z.array(celRule).optional(),
});
export type CrdSchema = z.infer<typeof crdSchema>;

/** The JSON schema that says what the API server accepts and keeps: an object takes its declared fields only. */
export function jsonSchema(node: CrdSchema): JsonSchema {
  const description = documentation(node);
  return {
    ...(description && { description }),
    ...typeOf(node),
    ...constraints(node),
    ...(node.items && { items: jsonSchema(node.items) }),
    ...(node.type === "object" && fieldsOf(node)),
  };
}

function typeOf(node: CrdSchema): Pick<JsonSchema, "type"> {
  const types: TypeName[] = node["x-kubernetes-int-or-string"]
    ? ["integer", "string"]
    : node.type
      ? [node.type]
      : [];
  if (types.length > 0 && node.nullable) types.push("null");
  const [only] = types;
  if (only === undefined) return {};
  return { type: types.length === 1 ? only : types };
}

function constraints(node: CrdSchema): JsonSchema {
  const { pattern, format, minimum, maximum, minLength, maxLength, minItems, maxItems } = node;
  const own = { pattern, format, minimum, maximum, minLength, maxLength, minItems, maxItems };
  return {
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
    ...(node.enum && { enum: node.nullable ? [...node.enum, null] : node.enum }),
    ...(node["x-kubernetes-list-type"] === "set" && { uniqueItems: true }),
    ...rulesOf(node),
  };
}

/** The rules in CEL; not those that compare with the object before, which a check without a cluster has not. */
function rulesOf({ "x-kubernetes-validations": all = [] }: CrdSchema): JsonSchema {
  const rules = all.filter(({ rule }) => !/\boldSelf\b/.test(rule));
  if (rules.length === 0) return {};
  return {
    "x-kubernetes-validations": rules.map(({ rule, message, fieldPath }) => ({
      rule,
      message: message ?? `breaks the rule ${rule}`,
      ...(fieldPath !== undefined && { fieldPath }),
    })),
  };
}

function fieldsOf(node: CrdSchema): JsonSchema {
  const declared = node["x-kubernetes-embedded-resource"]
    ? { ...embeddedResource, ...node.properties }
    : node.properties;
  const properties = Object.entries(declared ?? {}).map(
    ([name, field]) => [name, jsonSchema(field)] as const,
  );
  // The API server fills in defaults first and looks for what is missing afterwards.
  const required = node.required?.filter((name) => declared?.[name]?.default === undefined) ?? [];
  return {
    ...(declared && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
    additionalProperties: othersOf(node),
  };
}

function othersOf({
  additionalProperties,
  "x-kubernetes-preserve-unknown-fields": open,
}: CrdSchema): JsonSchema | boolean {
  if (typeof additionalProperties === "object") return jsonSchema(additionalProperties);
  return additionalProperties ?? open ?? false;
}

/** What every embedded resource may have without declaring it. */
const embeddedResource: Record<string, CrdSchema> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
};

/** The docstring: the CRD's own, and the constraints that no TypeScript type expresses. */
function documentation(node: CrdSchema): string {
  const tags = (["default", "pattern", "minimum", "maximum", "minLength", "maxLength"] as const)
    .filter((name) => node[name] !== undefined)
    .map((name) => `@${name} ${JSON.stringify(node[name])}`);
  return [node.description?.trim() ?? "", ...(tags.length > 0 ? [""] : []), ...tags].join("\n").trim();
}

/** The schema without its prose, for the check at run time. */
export function compact(schema: JsonSchema): JsonSchema {
  const { properties, items, additionalProperties, ...rest } = schema;
  delete rest.description;
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, compact) }),
    ...(items && { items: compact(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object" ? compact(additionalProperties) : additionalProperties,
    }),
  };
}

function mapValues<T>(record: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
