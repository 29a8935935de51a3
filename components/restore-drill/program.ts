import { readFileSync, readdirSync } from "node:fs";

const folder = new URL("./scripts/", import.meta.url);

/** The files of the drill's program, by name, as its ConfigMap has them. */
export function programFiles(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".py"));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}
