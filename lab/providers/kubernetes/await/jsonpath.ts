import { isObject } from "../../sdk/provider.ts";

/** The part of JSONPath that `kubectl wait` expressions use: names, indices, `[*]` and `[?(@.name=="value")]`. */
type Step =
  | { kind: "name"; name: string }
  | { kind: "index"; index: number }
  | { kind: "all" }
  | { kind: "filter"; path: string[]; value: string | number | boolean };

const token =
  /\.([A-Za-z0-9_-]+)|\.?\[(-?\d+)\]|\.?\[\*\]|\.\*|\.?\['([^']+)'\]|\.?\["([^"]+)"\]|\.?\[\?\(?@((?:\.[A-Za-z0-9_-]+)+)\s*==\s*("[^"]*"|'[^']*'|[\w.+-]+)\)?\]/y;

/** Returns a function that gives the values found at the path. */
export function compilePath(path: string): (root: unknown) => unknown[] {
  const steps = parse(path.replace(/^\$/, ""), path);
  return (root) =>
    steps.reduce<unknown[]>((values, step) => values.flatMap((value) => take(value, step)), [root]);
}

function parse(text: string, whole: string): Step[] {
  const steps: Step[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) {
      throw new Error(
        `cannot read "${text.slice(at)}" in the JSONPath ${whole}: use .name, [0], [*] or [?(@.name=="value")]`,
      );
    }
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, name, index, singleQuoted, doubleQuoted, filterPath, filterValue] = match;
  const quoted = name ?? singleQuoted ?? doubleQuoted;
  if (quoted !== undefined) return { kind: "name", name: quoted };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  if (filterPath === undefined || filterValue === undefined) return { kind: "all" };
  return { kind: "filter", path: filterPath.slice(1).split("."), value: literal(filterValue) };
}

function literal(text: string): string | number | boolean {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function take(value: unknown, step: Step): unknown[] {
  if (step.kind === "name") return isObject(value) && step.name in value ? [value[step.name]] : [];
  if (step.kind === "all") return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  if (!Array.isArray(value)) return [];
  const items: unknown[] = value;
  if (step.kind === "index") return items.at(step.index) === undefined ? [] : [items.at(step.index)];
  return items.filter((item) => step.path.reduce<unknown>(child, item) === step.value);
}

function child(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
