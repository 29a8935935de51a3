import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LabError } from "../errors.ts";

const values = ["lab", "official", "official:all"] as const;

/** Whose plugins LAB_PLUGINS asks for; "any" where it asks for none. docs/lab.md says what each one does. */
export type PluginMode = (typeof values)[number] | "any";

export function pluginMode(value = process.env.LAB_PLUGINS): PluginMode {
  if (value === undefined || value === "") return "any";
  const mode = values.find((known) => known === value);
  if (mode !== undefined) return mode;
  throw new LabError(`LAB_PLUGINS has the unknown value "${value}"`, {
    hint: `set it to ${values.slice(0, -1).join(", ")} or ${values.at(-1) ?? ""}, or unset it`,
  });
}

const chosenSchema = z.object({
  name: z.string(),
  version: z.string(),
  origin: z.enum(["official", "lab"]),
  /** Of the repository that an official one was built from, where its binary says it. */
  commit: z.string().optional(),
  /** Why it is the lab's own. */
  why: z.string().optional(),
});
export type ChosenPlugin = z.infer<typeof chosenSchema>;

const fileIn = (workstation: string): string => join(workstation, "plugins.json");

/** Keeps in the state of the host `workstation` whose plugins run there, for tests and reports. */
export function recordPlugins(workstation: string, chosen: readonly ChosenPlugin[]): void {
  writeFileSync(fileIn(workstation), JSON.stringify(chosen));
}

export function recordedPlugins(workstation: string): ChosenPlugin[] {
  return z.array(chosenSchema).parse(JSON.parse(readFileSync(fileIn(workstation), "utf8")));
}

const withVersions = (plugins: readonly ChosenPlugin[]): string =>
  plugins.map(({ name, version }) => `${name} ${version}`).join(", ");

/** The lab's own by why they are: `aws 7.48.0 (LAB_PLUGINS=lab)`. */
function own(chosen: readonly ChosenPlugin[]): string {
  const byReason = Map.groupBy(
    chosen.filter(({ origin }) => origin === "lab"),
    ({ why }) => why ?? "",
  );
  return [...byReason].map(([why, plugins]) => `${withVersions(plugins)} (${why})`).join(", ");
}

const official = (chosen: readonly ChosenPlugin[]): string =>
  withVersions(chosen.filter(({ origin }) => origin === "official"));

/** One plain line on whose plugins run here. */
export function describePlugins(chosen: readonly ChosenPlugin[]): string {
  if (own(chosen) === "") return `Pulumi plugins: the official ones (${official(chosen)})`;
  const rest = official(chosen);
  return `Pulumi plugins: the lab's own for ${own(chosen)}${rest === "" ? "" : `; official: ${rest}`}`;
}

/** `official` runs on the official plugins that can be had, `official:all` on nothing else. */
export function checkMode(mode: PluginMode, chosen: readonly ChosenPlugin[]): void {
  const missing = own(chosen);
  const isMet = mode === "official" ? official(chosen) !== "" : mode !== "official:all" || missing === "";
  if (isMet) return;
  throw new LabError(`LAB_PLUGINS=${mode}, and these official plugins cannot be had: ${missing}`, {
    hint:
      "install them with `pulumi plugin install` (language host: `pulumi plugin install language nodejs VERSION`), " +
      `or ${mode === "official" ? "unset LAB_PLUGINS" : "set LAB_PLUGINS=official"} to run the lab's own for them`,
  });
}
