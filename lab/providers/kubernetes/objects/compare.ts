import { isObject, UNKNOWN, type DiffKind, type Props } from "../../sdk/provider.ts";
import { quantitiesEqual } from "./quantity.ts";

export type Path = readonly (string | number)[];

export interface Comparison {
  /** Fields whose change replaces, as in `spec.containers.*.image`. */
  forceNew: readonly string[];
  /** What the API server gives back for a built-in kind leaves out empty values and rewrites quantities. */
  builtIn: boolean;
  /** In Helm values a null is a value: it removes a chart's default. */
  nullIsValue: boolean;
}

/** Each changed property with its path as Pulumi writes it, and how it changed. */
export function compare(before: Props, after: Props, comparison: Comparison): Record<string, DiffKind> {
  const changes: Record<string, DiffKind> = {};
  compareValues([], before, after, comparison, (path, kind, value) => {
    const replaces = comparison.forceNew.some((field) => touches(field.split("."), path, value));
    changes[formatPath(path)] = replaces ? `${kind}-replace` : kind;
  });
  return changes;
}

type Report = (path: Path, kind: "add" | "delete" | "update", value: unknown) => void;

function compareValues(
  path: Path,
  before: unknown,
  after: unknown,
  options: Comparison,
  report: Report,
): void {
  const absentBefore = isAbsent(before, options);
  if (absentBefore && isAbsent(after, options)) return;
  if (absentBefore) report(path, "add", after);
  else if (isAbsent(after, options)) report(path, "delete", before);
  else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compareValues([...path, key], before[key], after[key], options, report);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      compareValues([...path, i], before[i], after[i], options, report);
    }
  } else if (after === UNKNOWN || !sameScalar(path, before, after, options)) {
    report(path, "update", after);
  }
}

function isAbsent(value: unknown, options: Comparison): boolean {
  if (value === undefined) return true;
  if (value === null) return !options.nullIsValue;
  if (!options.builtIn) return false;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function sameScalar(path: Path, before: unknown, after: unknown, options: Comparison): boolean {
  return before === after || (options.builtIn && quantitiesEqual(path, before, after));
}

/** Whether a change of `value` at `path` changes the field: the field is at, above or, inside `value`, below it. */
export function touches(field: readonly string[], path: Path, value: unknown): boolean {
  const common = Math.min(field.length, path.length);
  for (let i = 0; i < common; i++) {
    if (field[i] !== "*" && field[i] !== path[i]) return false;
  }
  return reaches(value, field.slice(common));
}

function reaches(value: unknown, rest: readonly string[]): boolean {
  const [first, ...others] = rest;
  if (first === undefined) return true;
  if (first === "*") return Array.isArray(value) && value.some((item) => reaches(item, others));
  return isObject(value) && value[first] !== undefined && reaches(value[first], others);
}

/** `spec.containers[0].image`, `metadata.annotations["pulumi.com/waitFor"]` */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (/[."[\]]/.test(key)) return `${text}["${key.replaceAll('"', '\\"')}"]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** What `source` has at the places that `shape` names: the live object without what others wrote into it. */
export function prune(source: Props, shape: Props): Props {
  const entries = Object.entries(source)
    .filter(([key]) => Object.hasOwn(shape, key))
    .map(([key, value]): [string, unknown] => [key, pruneValue(value, shape[key])]);
  return Object.fromEntries(entries);
}

function pruneValue(value: unknown, shape: unknown): unknown {
  if (isObject(value) && isObject(shape)) return prune(value, shape);
  if (Array.isArray(value) && Array.isArray(shape)) {
    return value.slice(0, shape.length).map((item, i) => pruneValue(item, shape[i]));
  }
  return value;
}
