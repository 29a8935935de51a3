import fc from "fast-check";

import { type Schema, schemas } from "../../../../components/crds/schema.ts";
import type { CrdKind } from "../../../../components/crds/types.ts";

export type Json = string | number | boolean | null | Json[] | { [field: string]: Json };

interface FullSchema extends Schema {
  readonly properties?: Readonly<Record<string, FullSchema>>;
  readonly required?: readonly string[];
  readonly items?: FullSchema;
  readonly additionalProperties?: FullSchema | boolean;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

// Optional fields about which a CRD has rules in CEL: these are for the tables.
const ruled = new Set([
  "imageCatalogRef",
  "builtinLocale",
  "icuLocale",
  "icuRules",
  "serverName",
  "dataDurability",
]);
ruled.add("additionalContainerArgs").add("synchronous");

/** Any spec that a kind's schema allows, with a few of its many fields. */
export function specOf(kind: CrdKind): fc.Arbitrary<Json> {
  return valueOf(schemas[kind] as FullSchema);
}

function valueOf(schema: FullSchema): fc.Arbitrary<Json> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? []].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema)));
}

function ofType(type: string, schema: FullSchema): fc.Arbitrary<Json> {
  const { minimum: min = -1000, maximum: max = 1000, minLength = 0, maxLength = 20 } = schema;
  switch (type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min, max });
    case "string":
      if (schema.format === "date-time") return fc.constant("2026-11-22T10:00:00Z");
      return schema.pattern === undefined
        ? fc.string({ minLength, maxLength })
        : fc.stringMatching(new RegExp(schema.pattern), { maxLength });
    case "array":
      return fc.uniqueArray(valueOf(schema.items ?? {}), {
        maxLength: 2,
        selector: (item) => JSON.stringify(item),
      });
    case "object":
      return objectOf(schema);
    default:
      return fc.constant(null);
  }
}

function objectOf({ properties, required = [], additionalProperties }: FullSchema): fc.Arbitrary<Json> {
  if (typeof additionalProperties === "object") {
    return fc.dictionary(fc.string({ minLength: 1 }), valueOf(additionalProperties), {
      maxKeys: 2,
      noNullPrototype: true,
    });
  }
  const optional = Object.keys(properties ?? {}).filter(
    (name) => !required.includes(name) && !ruled.has(name),
  );
  return fc.subarray(optional, { maxLength: Math.min(3, optional.length) }).chain((chosen) => {
    const fields = [...required, ...chosen].map((name) => [name, valueOf(properties?.[name] ?? {})] as const);
    return fc.record<Record<string, Json>>(Object.fromEntries(fields), { noNullPrototype: true });
  });
}
