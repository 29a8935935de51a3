import { asciiJson } from "../components/internal.ts";

/** Where something stands in the config: the key, then names and indices inside of it. */
export type KeyPath = readonly PropertyKey[];

/**
 * `["namespaces", 0, "name"]` as users write it, `cnpg-rgw:namespaces[0].name`; what is not plain ASCII in a name can be
 * seen as an escape, and a very long name is cut.
 */
export function keyName(path: KeyPath): string {
  const legible = path.map((part) => (typeof part === "number" ? part : legibleName(String(part))));
  return `cnpg-rgw:${String(legible[0])}${legible.slice(1).map(accessor).join("")}`;
}

/**
 * The key as a word of a command line, quoted where the shell or Pulumi would read something else into it. Undefined
 * for a name that no command can be given, or that should not be pasted to a terminal.
 */
export function keyWord(path: KeyPath): string | undefined {
  const [key, ...inside] = path.map((part) => (typeof part === "number" ? part : String(part)));
  const text = `cnpg-rgw:${String(key)}${inside.map(accessor).join("")}`;
  // Pulumi's paths have `\"`, and no way to write a backslash before a quote.
  const isInexpressible = inside.some((name) => typeof name === "string" && /\\("|$)/.test(name));
  if (isInexpressible || (inside.length > 0 && !isPlain(String(key)))) return undefined;
  return wordOf(text, inside.length === 0);
}

/** `namespace:name` as such a word. */
export const topKeyWord = (key: string): string | undefined => wordOf(key, true);

function wordOf(key: string, mayBeBare: boolean): string | undefined {
  const isIllegible = /[\p{C}\p{Z}]/u.test(key.replaceAll(" ", "")) || key.length > 200;
  // With more colons Pulumi takes a key apart in another way; a hyphen in front would be an option.
  if (isIllegible || key.split(":").length !== 2 || key.startsWith("-")) return undefined;
  return mayBeBare && /^[\w:-]+$/.test(key) ? key : `'${key.replaceAll("'", "'\\''")}'`;
}

function accessor(part: string | number): string {
  if (typeof part === "number") return `[${part}]`;
  return isPlain(part) ? `.${part}` : `["${part.replaceAll('"', '\\"')}"]`;
}

const isPlain = (name: string): boolean => name !== "" && !/[.[\]"]/.test(name);

/** What is not plain ASCII as an escape; a very long name is cut. */
export function legibleName(name: string): string {
  const text = asciiJson(JSON.stringify(name.slice(0, 60))).slice(1, -1);
  return `${text.replaceAll('\\"', '"').replaceAll("\\\\", "\\")}${name.length > 60 ? "…" : ""}`;
}
