import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { succeeds } from "../host/run.ts";
import { installLanguageHost, installProvider } from "../providers/install.ts";
import { pluginVersion } from "../providers/versions.ts";
import { engineAlone, enginePath, engineVersion, userPulumiHome } from "./engine.ts";
import { forcedEngineDir, pulumiHome } from "./home.ts";

/** A plugin that the program needs beside the engine. */
interface Plugin {
  readonly kind: "language" | "resource";
  readonly name: string;
  readonly version: string;
}
export type Origin = "official" | "lab";
export interface ChosenPlugin {
  readonly name: string;
  readonly origin: Origin;
}

function neededPlugins(): Plugin[] {
  const providers = ["aws", "command", "kubernetes", "random"];
  return [
    { kind: "language", name: "nodejs", version: engineVersion() },
    ...providers.map((name): Plugin => ({ kind: "resource", name, version: pluginVersion(name) })),
  ];
}

const folderOf = (plugin: Plugin): string => `${plugin.kind}-${plugin.name}-v${plugin.version}`;
const executableOf = (plugin: Plugin): string => `pulumi-${plugin.kind}-${plugin.name}`;

function onPath(executable: string): boolean {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && existsSync(join(folder, executable)));
}

/** The official plugin's folder in the user's own plugin cache or beside the engine, if it is there. */
function installedOfficial(plugin: Plugin): string | undefined {
  const cached = join(userPulumiHome(), "plugins", folderOf(plugin));
  return existsSync(join(cached, executableOf(plugin))) ? cached : undefined;
}

const besideEngine = (plugin: Plugin): boolean => existsSync(join(enginePath(), "..", executableOf(plugin)));

/** Downloads a plugin with the engine's own command into the user's plugin cache. */
async function download(plugin: Plugin): Promise<boolean> {
  const argv = [enginePath(), "plugin", "install", plugin.kind, plugin.name, plugin.version];
  return succeeds(argv, {
    env: { PULUMI_HOME: userPulumiHome(), PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs: 300_000,
  });
}

/** Whether Pulumi's downloads can be reached at all: one short question instead of a long wait for each plugin. */
async function downloadsReachable(): Promise<boolean> {
  return fetch("https://get.pulumi.com", { method: "HEAD", signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.status < 500,
    () => false,
  );
}

/** A folder of links: the engine passes over a plugin whose folder itself is a link. */
function link(plugin: Plugin, official: string): void {
  const here = join(pulumiHome, "plugins", folderOf(plugin));
  rmSync(here, { recursive: true, force: true });
  mkdirSync(here);
  for (const file of readdirSync(official)) symlinkSync(join(official, file), join(here, file));
}

/** Whether the user wants the lab's own plugins whatever is installed: `LAB_PLUGINS=lab`. */
const labPluginsForced = (): boolean => process.env.LAB_PLUGINS === "lab";

/**
 * Fills the lab's plugin folder: for each plugin the official one where it is installed or can be downloaded, else
 * the lab's own. The user's plugin cache never sees one of the lab's.
 */
export async function ensurePlugins(report: (status: string) => void): Promise<ChosenPlugin[]> {
  mkdirSync(join(pulumiHome, "plugins"), { recursive: true });
  const forced = labPluginsForced();
  // Its presence is what every later command goes by: see environment.ts.
  rmSync(forcedEngineDir, { recursive: true, force: true });
  if (forced) engineAlone(forcedEngineDir);
  let reachable: boolean | undefined;
  const chosen: ChosenPlugin[] = [];
  for (const plugin of neededPlugins()) {
    report(`looking for ${plugin.name}`);
    if (!forced && (onPath(executableOf(plugin)) || besideEngine(plugin))) {
      chosen.push({ name: plugin.name, origin: "official" });
      continue;
    }
    if (!forced && installedOfficial(plugin) === undefined) {
      reachable ??= await downloadsReachable();
      if (reachable) {
        report(`downloading ${plugin.name}`);
        await download(plugin);
      }
    }
    const official = forced ? undefined : installedOfficial(plugin);
    if (official !== undefined) link(plugin, official);
    else installOwn(plugin);
    chosen.push({ name: plugin.name, origin: official === undefined ? "lab" : "official" });
  }
  return chosen;
}

function installOwn(plugin: Plugin): void {
  const folder = join(pulumiHome, "plugins");
  if (plugin.kind === "language") installLanguageHost(folder);
  else installProvider(folder, plugin.name);
}

/** One plain line on whose plugins run here. */
export function describePlugins(chosen: readonly ChosenPlugin[]): string {
  const names = (origin: Origin): string =>
    chosen
      .filter((p) => p.origin === origin)
      .map((p) => p.name)
      .join(", ");
  const own = names("lab");
  if (own === "") return `Pulumi plugins: the official ones (${names("official")})`;
  const why = labPluginsForced()
    ? "LAB_PLUGINS=lab"
    : "the official ones are neither installed nor to be had from here";
  const official = names("official");
  return `Pulumi plugins: the lab's own for ${own} (${why})${official === "" ? "" : `; official: ${official}`}`;
}
