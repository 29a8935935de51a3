import { isPlainObject } from "../text/plain-object.ts";
import { type FieldPath, fieldPathOf, written } from "./field-path.ts";
import { type ServedSchema, isOtherwise } from "./served-schema.ts";
import { insteadOf, meantValue } from "./suggestion.ts";
import type { CrdKind } from "./types.ts";
import { type Violation, schemaOf, violations } from "./validator.ts";
import { allowed, formatText, limitText, patternText, remedy, shownValue } from "./wording.ts";

export interface SchemaProblemsOptions {
  /** Off: no value of the spec is shown, for it may hold secrets. Default: on. */
  showValues?: boolean;

  /** The cluster's own schema, which counts where it says otherwise. Default: none. */
  served?: ServedSchema | undefined;
}

/**
 * What the CRD's schema does not allow in a spec, one sentence each that names the path and says what to write
 * instead; nothing if the spec is valid. The API server drops unknown fields in silence when it creates an object,
 * and complains at the next update only.
 */
export function schemaProblems(
  kind: CrdKind,
  spec: unknown,
  { showValues = true, served }: SchemaProblemsOptions = {},
): string[] {
  const given = withoutUndefined(spec);
  const show = showValues ? (value: unknown) => `, not ${shownValue(value)}` : () => "";
  const found = withoutEchoes(violations(kind, given)).map((violation) => ({
    violation,
    path: fieldPathOf(violation.instancePath, given),
  }));
  return found
    .filter(({ violation, path }) => !served || !isOtherwise(served, path, violation))
    .map(({ violation, path }) => sentence(kind, path, violation, show));
}

/** A field that is undefined is no field. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isPlainObject(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutUndefined(field)]));
}

/** A value that is none of an enum says all; that it has the wrong type, too, adds nothing. */
function withoutEchoes(found: readonly Violation[]): Violation[] {
  const ofEnum = new Set(found.filter(({ keyword }) => keyword === "enum").map((one) => one.instancePath));
  return found.filter(({ keyword, instancePath }) => keyword !== "type" || !ofEnum.has(instancePath));
}

/** How a message goes on after what would be right: with the value, unless it may be secret. */
type Show = (value: unknown) => string;

function sentence(kind: CrdKind, path: FieldPath, violation: Violation, show: Show): string {
  const at = written(path);
  const { data } = violation;
  const schema = schemaOf(violation);
  const fields = schema.properties ?? {};
  switch (violation.keyword) {
    case "additionalProperties": {
      const field = violation.params.additionalProperty;
      const instead = insteadOf(field, path, Object.keys(fields), kind);
      return `${written([...path, field])} is not a field of ${kind}: ${instead}`;
    }
    case "required": {
      const field = violation.params.missingProperty;
      return `${written([...path, field])} is missing, and required: ${allowed(fields[field] ?? {})}`;
    }
    case "type":
      return `${at} must be ${allowed(schema)}${show(data)}${remedy(schema, data)}`;
    case "enum":
      return `${at} must be ${allowed(schema)}${show(data)}${meant(data, violation.params.allowedValues)}${remedy({}, data)}`;
    case "pattern":
      return `${at} must be ${patternText(violation.params.pattern)}${show(data)}`;
    case "format":
      return `${at} ${formatText(violation.params.format)}${show(data)}`;
    case "minimum":
    case "maximum":
      return `${at} ${limitText(violation.keyword, violation.params.limit)}${show(data)}`;
    case "minLength":
    case "maxLength":
    case "minItems":
    case "maxItems":
      return `${at} ${limitText(violation.keyword, violation.params.limit)}`;
    case "x-kubernetes-validations":
      return `${at}${violation.params.text}`;
    default:
      return `${at} ${violation.message ?? `breaks the constraint ${violation.keyword}`}${show(data)}`;
  }
}

function meant(value: unknown, values: readonly unknown[]): string {
  const guess = typeof value === "string" ? meantValue(value, values) : undefined;
  return guess === undefined ? "" : `: ${guess}`;
}
