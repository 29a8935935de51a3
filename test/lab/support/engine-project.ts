import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { installLanguageHost, installProvider } from "../../../lab/providers/install.ts";
import { engineAlone } from "../../../lab/workstation/engine.ts";

export const checkout = join(import.meta.dirname, "../../..");

/** A Pulumi project of a test in a folder of its own, with the lab's own plugins and nothing of the user's. */
export interface EngineProject {
  readonly folder: string;
  readonly engine: string;
  /** Where the program is, and the engine runs. */
  readonly program: string;
  readonly environment: Record<string, string>;
  /** Runs the engine in the program's folder. */
  readonly pulumi: (...args: string[]) => Promise<{ exitCode: number | undefined; output: string }>;
  /** Every file of its state, as text. */
  readonly state: () => string[];
  readonly remove: () => void;
}

/** `files` are by path in the program's folder; index.ts is the program. */
export function engineProject(
  name: string,
  providers: readonly string[],
  files: Record<string, string>,
): EngineProject {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const plugins = join(folder, "home/plugins");
  const state = join(folder, "state");
  const program = join(folder, "program");
  for (const path of [plugins, state]) mkdirSync(path, { recursive: true });
  for (const provider of providers) installProvider(plugins, provider);
  installLanguageHost(plugins);
  const engine = engineAlone(join(folder, "engine"));
  const all = {
    "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
    "package.json": JSON.stringify({ name, type: "module", main: "index.ts" }),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(program, path)), { recursive: true });
    writeFileSync(join(program, path), text);
  }
  symlinkSync(join(checkout, "node_modules"), join(program, "node_modules"));
  const PATH = `${dirname(engine)}:${join(checkout, "node_modules/.bin")}:${process.env.PATH ?? ""}`;
  const environment = {
    PATH,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
  };
  const pulumi = async (...args: string[]) => {
    const { exitCode, all } = await execa(engine, [...args, "--non-interactive", "--color", "never"], {
      cwd: program,
      env: environment,
      all: true,
      reject: false,
      timeout: 120_000,
    });
    return { exitCode, output: all };
  };
  return {
    folder,
    engine,
    program,
    environment,
    pulumi,
    state: () => filesBelow(state).map((path) => readFileSync(path, "utf8")),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
