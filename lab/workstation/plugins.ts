import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { messageOf } from "../errors.ts";
import { run } from "../host/run.ts";
import { installLanguageHost, installProvider } from "../providers/install.ts";
import { pluginVersion } from "../providers/versions.ts";
import { checkMode, pluginMode, recordPlugins } from "./chosen-plugins.ts";
import type { ChosenPlugin } from "./chosen-plugins.ts";
import { engineAlone, enginePath, engineVersion, userPulumiHome } from "./engine.ts";
import { forcedEngineDir, pulumiHome, workstationDir } from "./home.ts";

/** A plugin that the program needs beside the engine. */
interface Plugin {
  readonly kind: "language" | "resource";
  readonly name: string;
  readonly version: string;
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

function onPath(executable: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, executable)).find(existsSync);
}

/** The official plugin's folder in the user's own plugin cache or beside the engine, if it is there. */
function installedOfficial(plugin: Plugin): string | undefined {
  const cached = join(userPulumiHome(), "plugins", folderOf(plugin));
  return existsSync(join(cached, executableOf(plugin))) ? cached : undefined;
}

function besideEngine(plugin: Plugin): string | undefined {
  const beside = join(enginePath(), "..", executableOf(plugin));
  return existsSync(beside) ? beside : undefined;
}

/** What Go stamped into a plugin when it was built from a git repository, as releases are. */
async function commitOf(executable: string): Promise<string | undefined> {
  const facts = await run(["go", "version", "-m", executable]).catch(() => "");
  const revision = /\bvcs\.revision=(\w+)/.exec(facts)?.[1];
  if (revision === undefined) return undefined;
  return facts.includes("vcs.modified=true") ? `${revision}, with changes` : revision;
}

/** Downloads a plugin with the engine's own command into the user's plugin cache. Returns why that failed, if it did. */
async function download(plugin: Plugin): Promise<string | undefined> {
  const argv = [enginePath(), "plugin", "install", plugin.kind, plugin.name, plugin.version];
  const env = { PULUMI_HOME: userPulumiHome(), PULUMI_SKIP_UPDATE_CHECK: "true" };
  return run(argv, { env, timeoutMs: 300_000 }).then(
    () => undefined,
    (error: unknown) => messageOf(error).trim().split("\n").at(-1)?.slice(0, 300),
  );
}

/** Whether Pulumi's downloads can be reached at all: one short question instead of a long wait for each plugin. */
async function downloadsReachable(): Promise<boolean> {
  return fetch("https://get.pulumi.com", { method: "HEAD", signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.status < 500,
    () => false,
  );
}

/** A folder of links: the engine passes over a plugin whose folder itself is a link. */
function link(plugin: Plugin, installed: string): void {
  const here = join(pulumiHome, "plugins", folderOf(plugin));
  rmSync(here, { recursive: true, force: true });
  mkdirSync(here);
  for (const file of readdirSync(installed)) symlinkSync(join(installed, file), join(here, file));
}

function installOwn(plugin: Plugin): void {
  const folder = join(pulumiHome, "plugins");
  if (plugin.kind === "language") installLanguageHost(folder);
  else installProvider(folder, plugin.name);
}

type Choice = Omit<ChosenPlugin, "name" | "version"> & { readonly version?: string };

async function official(executable: string, version?: string): Promise<Choice> {
  const commit = await commitOf(executable);
  return {
    origin: "official",
    ...(commit !== undefined && { commit }),
    ...(version !== undefined && { version }),
  };
}

/** Puts the official plugin in its place, from wherever it can be had, or says why it cannot. */
async function takeOfficial(
  plugin: Plugin,
  isReachable: () => Promise<boolean>,
  report: (status: string) => void,
): Promise<Choice> {
  const beside = besideEngine(plugin);
  if (beside !== undefined) return official(beside);
  // The engine takes one from PATH whatever its version.
  const ambient = onPath(executableOf(plugin));
  if (ambient !== undefined) return official(ambient, "of PATH");
  let why = "not installed, and get.pulumi.com is out of reach";
  if (installedOfficial(plugin) === undefined && (await isReachable())) {
    report(`downloading ${plugin.name}`);
    why = `its download failed: ${(await download(plugin)) ?? "it is not in the plugin cache afterwards"}`;
  }
  const installed = installedOfficial(plugin);
  if (installed === undefined) return { origin: "lab", why };
  link(plugin, installed);
  return official(join(installed, executableOf(plugin)));
}

/**
 * Fills the lab's plugin folder: for each plugin the official one where it is installed or can be downloaded, else
 * the lab's own. The user's plugin cache never sees one of the lab's.
 */
export async function ensurePlugins(
  report: (status: string) => void,
  isReachable = downloadsReachable,
): Promise<ChosenPlugin[]> {
  const mode = pluginMode();
  mkdirSync(join(pulumiHome, "plugins"), { recursive: true });
  // Its presence is what every later command goes by: see environment.ts.
  rmSync(forcedEngineDir, { recursive: true, force: true });
  if (mode === "lab") engineAlone(forcedEngineDir);
  let reachable: Promise<boolean> | undefined;
  const chosen: ChosenPlugin[] = [];
  for (const plugin of neededPlugins()) {
    report(`looking for ${plugin.name}`);
    const { name, version } = plugin;
    const choice: Choice =
      mode === "lab"
        ? { origin: "lab", why: "LAB_PLUGINS=lab" }
        : await takeOfficial(plugin, () => (reachable ??= isReachable()), report);
    if (choice.origin === "lab") installOwn(plugin);
    chosen.push({ name, version, ...choice });
  }
  recordPlugins(workstationDir, chosen);
  checkMode(mode, chosen);
  return chosen;
}
