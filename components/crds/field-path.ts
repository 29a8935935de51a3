import type { Schema } from "./schema.ts";

/** Where in a spec: field names, list indices. In the path of a schema, `anyItem` and `anyKey` stand for these. */
export type FieldPath = readonly (string | number | typeof anyItem | typeof anyKey)[];

const anyItem = Symbol("item");
const anyKey = Symbol("key");

/** `spec.externalClusters[0].plugin`, as one writes it. */
export function written(path: FieldPath): string {
  return path.reduce<string>((before, part) => before + step(part), "spec");
}

function step(part: FieldPath[number]): string {
  if (part === anyItem) return "[]";
  if (part === anyKey) return ".<key>";
  if (typeof part === "number") return `[${part}]`;
  return /^[\w$-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
}

/** The path that a JSON pointer means in a spec; only the spec tells an index from a key that is a number. */
export function fieldPathOf(pointer: string, spec: unknown): FieldPath {
  let value = spec;
  return pointer
    .split("/")
    .slice(1)
    .map((escaped) => {
      const key = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
      const part = Array.isArray(value) ? Number(key) : key;
      value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
      return part;
    });
}

/** Every path of a schema that ends in a field of this name. */
export function placesOf(schema: Schema, name: string, at: FieldPath = []): FieldPath[] {
  const { properties = {}, items, additionalProperties } = schema;
  const here = Object.hasOwn(properties, name) ? [[...at, name]] : [];
  const below = Object.entries(properties).flatMap(([field, inner]) => placesOf(inner, name, [...at, field]));
  const inItems = items ? placesOf(items, name, [...at, anyItem]) : [];
  const inValues =
    typeof additionalProperties === "object" ? placesOf(additionalProperties, name, [...at, anyKey]) : [];
  return [...here, ...below, ...inItems, ...inValues];
}

/** The nearest of some places, as steps up and down from the object at `from`; what they share is written as there. */
export function nearestPlaces(places: readonly FieldPath[], from: FieldPath): FieldPath[] {
  const near = places.map((place) => {
    const shared = sharedLength(place.slice(0, -1), from);
    const steps = from.length - shared + (place.length - 1 - shared);
    return { steps, path: [...from.slice(0, shared), ...place.slice(shared)] };
  });
  const least = Math.min(...near.map(({ steps }) => steps));
  return near.filter(({ steps }) => steps === least).map(({ path }) => path);
}

function sharedLength(place: FieldPath, path: FieldPath): number {
  const differs = place.findIndex((part, i) => !matches(part, path[i]));
  return differs === -1 ? place.length : differs;
}

function matches(part: FieldPath[number], actual: FieldPath[number] | undefined): boolean {
  if (part === anyItem) return typeof actual === "number";
  if (part === anyKey) return typeof actual === "string";
  return part === actual;
}
