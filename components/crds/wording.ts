import { shown } from "../pulumi/arguments.ts";
import type { Schema } from "./schema.ts";

/** What a schema takes: `an integer`, `one of "a", "b"`. */
export function allowed({ type, enum: values, properties }: Schema): string {
  if (values)
    return values.length === 1 ? shownValue(values[0]) : `one of ${values.map(shownValue).join(", ")}`;
  const fields = Object.keys(properties ?? {});
  if (type === "object" && fields.length > 0 && fields.length <= 4)
    return `an object { ${fields.join(", ")} }`;
  return [type ?? "any value"].flat().map(withArticle).join(" or ");
}

/** A value as a message shows it; of an object or a list only what it is. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  switch (typeof value) {
    case "string":
    case "number":
      return shown(value);
    case "boolean":
      return String(value);
    case "undefined":
      return "undefined";
    default:
      return value === null ? "null" : withArticle(typeof value);
  }
}

function withArticle(noun: string): string {
  if (noun === "null") return noun;
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** What to do about a number in quotes and a key without a value, which YAML and environment variables bring. */
export function remedy({ type }: Schema, value: unknown): string {
  if (value === null) return " (leave the field out: the API server silently drops null)";
  if (typeof value !== "string" || typeof type !== "string") return "";
  const isMeant =
    type === "boolean"
      ? /^(true|false)$/.test(value)
      : (type === "integer" || type === "number") && /^-?\d+$/.test(value);
  return isMeant ? " (write it without the quotes)" : "";
}

export function patternText(pattern: string): string {
  return knownPatterns.get(pattern) ?? `a text that matches ${pattern}`;
}

const knownPatterns = new Map([
  ["^[1-9][0-9]*[dwm]$", 'a number of days, weeks or months such as "30d", "4w" or "6m"'],
  [
    String.raw`^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$`,
    'a quantity such as 2, "500m" or "1Gi"',
  ],
]);

export function formatText(format: string): string {
  return knownFormats.get(format) ?? `must be of the format ${format}`;
}

const knownFormats = new Map([
  ["int32", "must fit into 32 bits"],
  ["date-time", 'must be a time such as "2026-11-22T10:00:00Z"'],
]);

type Limit = "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems";

export function limitText(keyword: Limit, limit: number): string {
  switch (keyword) {
    case "minimum":
      return `must be at least ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "minLength":
      return limit === 1 ? "must not be empty" : `must have at least ${limit} characters`;
    case "maxLength":
      return `must have at most ${limit} characters`;
    case "minItems":
      return `must have at least ${limit} items`;
    case "maxItems":
      return `must have at most ${limit} items`;
  }
}
