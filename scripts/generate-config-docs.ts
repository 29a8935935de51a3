/** Writes the tables of docs/config.md from the schema of the config. What stands outside its markers stays. */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { format, resolveConfig } from "prettier";
import { z } from "zod";

import { exampleOf, secretConfigKeys } from "../config/commands.ts";
import type { KeyPath } from "../config/paths.ts";
import { schema } from "../config/schema.ts";

export const page = "docs/config.md";
const begin = "<!-- begin: npm run generate writes this from config/schema.ts -->";
const end = "<!-- end -->";

/** A key of the config, with what the schema says about it. */
interface Key {
  path: KeyPath;
  name: string;
  default: string;
  description: string;
}

/** The page with its tables as the schema has them. Throws for a key without a description. */
export async function withTables(text: string): Promise<string> {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} lacks "${begin}" or "${end}"`);
  const written = `${before}${begin}\n\n${tables()}\n\n${end}${after}`;
  return format(written, { ...(await resolveConfig(page)), parser: "markdown" });
}

/** The keys at the top, then a table for each that has keys of its own. */
function tables(): string {
  const top = Object.entries(schema.shape).map(([name, type]) => keyOf([name], name, type));
  const parts = Object.entries(schema.shape).flatMap(([name, type]) => {
    const { path, shape } = inside([name], type);
    if (shape === undefined) return [];
    const title = path.length > 1 ? `Entries of ${name}` : name;
    return [`## ${title}`, table(keysOf(path, "", shape))];
  });
  return ["## Keys", table(top), ...parts].join("\n\n");
}

/** All keys below one, at any depth, named by their path from it. */
function keysOf(path: KeyPath, prefix: string, shape: Readonly<Record<string, z.core.$ZodType>>): Key[] {
  return Object.entries(shape).flatMap(([name, type]) => {
    const key = keyOf([...path, name], `${prefix}${name}`, type);
    const { shape: own } = inside(key.path, type);
    return own === undefined ? [key] : [key, ...keysOf(key.path, `${key.name}.`, own)];
  });
}

const meta = z.object({ description: z.string(), default: z.string().optional() });

function keyOf(path: KeyPath, name: string, type: z.core.$ZodType): Key {
  const said = meta.safeParse(z.globalRegistry.get(type));
  if (!said.success) throw new Error(`${path.join(".")} has no description in config/`);
  const secret = secretConfigKeys.includes(name) ? "Secret. " : "";
  return {
    path,
    name,
    default: said.data.default ?? defaultOf(type),
    description: `${secret}${said.data.description}`,
  };
}

function defaultOf(type: z.core.$ZodType): string {
  if (type instanceof z.ZodDefault && ["string", "number", "boolean"].includes(typeof type.def.defaultValue))
    return `\`${String(type.def.defaultValue)}\``;
  if (type instanceof z.ZodPrefault) return "as below";
  return type instanceof z.ZodExactOptional || z.safeParse(type, undefined).success ? "none" : "required";
}

/** The keys of an object, or of the objects in a list, below defaults and conversions. */
function inside(
  path: KeyPath,
  type: z.core.$ZodType,
): { path: KeyPath; shape: Readonly<Record<string, z.core.$ZodType>> | undefined } {
  if (type instanceof z.ZodObject) return { path, shape: type.shape };
  if (type instanceof z.ZodArray) return inside([...path, 0], type.element);
  if (type instanceof z.ZodPipe) return inside(path, type.in instanceof z.ZodTransform ? type.out : type.in);
  const isWrapper =
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault ||
    type instanceof z.ZodOptional ||
    type instanceof z.ZodExactOptional;
  return isWrapper ? inside(path, type.def.innerType) : { path, shape: undefined };
}

function table(keys: readonly Key[]): string {
  const rows = keys.map((key) => {
    const example = exampleOf(key.path);
    return [`\`${key.name}\``, key.default, key.description, example ? `\`${example}\`` : ""];
  });
  return [["Key", "Default", "Meaning", "Example"], ["-", "-", "-", "-"], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(page, await withTables(readFileSync(page, "utf8")));
}
