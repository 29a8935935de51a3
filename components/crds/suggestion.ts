import { distance } from "fastest-levenshtein";

import { copiedField } from "./copied-fields.ts";
import { type FieldPath, nearestPlaces, placesOf, written } from "./field-path.ts";
import { type Schema, schemas } from "./schema.ts";
import type { CrdKind } from "./types.ts";

/** What to write instead of a field that an object has not. */
export function insteadOf(
  field: string,
  parent: FieldPath,
  fields: readonly string[],
  kind: CrdKind,
): string {
  const { names, isLikely } = similar(field, fields);
  const here = names.map((name) => written([...parent, name]));
  const places = isLikely ? here : [...elsewhere(schemas[kind], field, parent), ...here];
  return (
    copiedField(kind, parent, field) ?? didYouMean(places) ?? inOtherKinds(field, kind) ?? overview(fields)
  );
}

/** The value of an enum that was probably meant. */
export function meantValue(value: string, allowed: readonly unknown[]): string | undefined {
  const texts = allowed.filter((one) => typeof one === "string");
  return didYouMean(similar(value, texts).names.map((one) => JSON.stringify(one)));
}

interface Similar {
  /** The most similar first. */
  names: string[];

  /** Whether the first of them is so near that nothing else can be meant: a few letters of many. */
  isLikely: boolean;
}

/** Names that differ in some letters, or begin as the other. Two letters count always: so much is a swap of two. */
function similar(name: string, names: readonly string[]): Similar {
  const lower = name.toLowerCase();
  const few = Math.max(2, name.length / 3);
  const ranked = names
    .map((other) => ({ other, edits: distance(lower, other.toLowerCase()) }))
    .filter(({ other, edits }) => edits <= few || isBeginning(lower, other.toLowerCase()))
    .sort((a, b) => a.edits - b.edits);
  const least = ranked[0]?.edits ?? Infinity;
  const atMost = least === 0 ? 0 : least + 1;
  return {
    names: ranked.filter(({ edits }) => edits <= atMost).map(({ other }) => other),
    isLikely: ranked.length > 0 && (least <= 1 || least <= name.length / 3 || least > few),
  };
}

function isBeginning(one: string, other: string): boolean {
  return Math.min(one.length, other.length) >= 4 && (one.startsWith(other) || other.startsWith(one));
}

/** A name such as `name` is in too many places to point at one. */
function elsewhere(schema: Schema, field: string, from: FieldPath): string[] {
  const nearest = nearestPlaces(placesOf(schema, field), from);
  return nearest.length <= 3 ? nearest.map(written) : [];
}

function inOtherKinds(field: string, kind: CrdKind): string | undefined {
  const others = Object.entries(schemas).filter(([other]) => other !== kind);
  const places = others.flatMap(([other, schema]) =>
    elsewhere(schema, field, []).map((place) => `${place} of ${other}`),
  );
  return places.length === 0 ? undefined : `there is ${places.join(", and ")}`;
}

function overview(fields: readonly string[]): string {
  if (fields.length === 0) return "this object has no fields";
  const shown = fields.slice(0, 12).join(", ");
  return `the fields here are ${shown}${fields.length > 12 ? ` and ${fields.length - 12} more` : ""}`;
}

function didYouMean(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `did you mean ${names.join(" or ")}?`;
}
