import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { LabError } from "../../lab/errors.ts";
import { onHost } from "../../lab/host/run.ts";
import { checkout } from "../../lab/layout.ts";
import { enginePath } from "../../lab/workstation/engine.ts";
import { workstationEnvironment } from "../../lab/workstation/environment.ts";
import { type Use, Watch } from "./processes.ts";

/** `stack`: this repository's program. `flat`: a plain program with the same resources. */
export type ProgramName = "stack" | "flat";
export const programNames: readonly ProgramName[] = ["stack", "flat"];

export interface Timed extends Use {
  readonly seconds: number;
}

const project = z.looseObject({
  runtime: z.looseObject({ name: z.string(), options: z.looseObject({}) }),
});

/** This repository's Pulumi.yaml, with the flat program as its `main` where that is meant, run as Node runs it by default. */
function projectFile(program: ProgramName): string {
  const { runtime, ...settings } = project.parse(yamlOf(join(checkout, "Pulumi.yaml")));
  if (program === "stack") return stringify({ ...settings, runtime, main: join(checkout, "index.ts") });
  const main = join(import.meta.dirname, "programs", "flat", "index.ts");
  return stringify({
    ...settings,
    runtime: { ...runtime, options: { ...runtime.options, nodeargs: undefined } },
    main,
  });
}

/** A project folder with a backend of its own, on the lab's workstation: nothing of it is left in the lab. */
export class Workspace {
  readonly #folder = mkdtempSync(join(tmpdir(), "bench-pulumi-"));
  readonly #environment: Record<string, string>;

  constructor() {
    const [backend, passphrase] = [join(this.#folder, "backend"), join(this.#folder, "passphrase")];
    mkdirSync(backend);
    writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
    this.#environment = {
      ...workstationEnvironment(),
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    };
  }

  /** Makes an empty stack, in a folder of its own. */
  async makeStack(name: string, program: ProgramName, config: Record<string, unknown>): Promise<Stack> {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "Pulumi.yaml"), projectFile(program));
    const stack = new Stack(name, folder, this.#environment);
    await stack.init(config);
    return stack;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export class Stack {
  readonly #name: string;
  readonly #folder: string;
  readonly #environment: Record<string, string>;

  constructor(name: string, folder: string, environment: Record<string, string>) {
    this.#name = name;
    this.#folder = folder;
    this.#environment = environment;
  }

  async init(config: Record<string, unknown>): Promise<void> {
    this.configure(config);
    await this.run(["stack", "init", this.#name, "--no-select"]);
  }

  /** Sets keys of the program's config; those that are set by {@link setSecret} stay. */
  configure(config: Record<string, unknown>): void {
    const file = join(this.#folder, `Pulumi.${this.#name}.yaml`);
    const before = stackConfig.parse(existsSync(file) ? yamlOf(file) : {});
    const own = Object.entries(config).map(([key, value]): [string, unknown] => [`cnpg-rgw:${key}`, value]);
    writeFileSync(file, stringify({ ...before, config: { ...before.config, ...Object.fromEntries(own) } }));
  }

  async setSecret(key: string, value: string): Promise<void> {
    await this.run(["config", "set", "--secret", `cnpg-rgw:${key}`, "--stack", this.#name], value);
  }

  /** An operation such as `up`, timed. */
  operate(args: readonly string[]): Promise<Timed> {
    return this.run([...args, "--stack", this.#name, "--suppress-progress"]);
  }

  /** Runs the engine itself, without the npm package's wrapper, whose start would be timed too. */
  async run(args: readonly string[], input?: string): Promise<Timed> {
    const [file = "", ...argv] = onHost("workstation", [enginePath(), ...args, "--non-interactive"]);
    const started = performance.now();
    const child = execa(file, argv, {
      cwd: this.#folder,
      env: this.#environment,
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
      all: true,
      reject: false,
      timeout: 20 * 60_000,
    });
    // nsenter becomes the engine.
    const watch = new Watch(child.pid ?? 0);
    const result = await child;
    const seconds = (performance.now() - started) / 1000;
    const use = watch.stop();
    if (result.failed) {
      const last = result.all.split("\n").slice(-20).join("\n");
      throw new LabError(`pulumi ${args.join(" ")} of ${this.#name} failed:\n${last}`);
    }
    return { seconds, ...use };
  }
}

const stackConfig = z.looseObject({ config: z.record(z.string(), z.unknown()).default({}) });

const yamlOf = (file: string): unknown => parse(readFileSync(file, "utf8"));
