import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import Mocha from "mocha";
import { pluginMode, recordedPlugins } from "../../lab/workstation/chosen-plugins.ts";
import Reporter from "../support/reporter.ts";
import { isFull, sliceResult } from "./support/full.ts";
import { pluginsPage } from "./support/plugins-page.ts";
import type { FileResult, Run } from "./support/plugins-page.ts";
import { labState } from "./support/workspace.ts";

const { EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;
const page = join(import.meta.dirname, "../../docs/plugins.md");

/** Tells of the slice, too, and writes docs/plugins.md after a run of all files on the official plugins. */
export default class LabReporter extends Reporter {
  readonly #results = new Map<string, FileResult>();
  readonly #isWhole: boolean;
  #run: Omit<Run, "passed"> | undefined;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    this.#isWhole = options.grep === undefined && options.dryRun !== true;
    runner.on(EVENT_TEST_PASS, this.#count("passed"));
    // Those of hooks, too.
    runner.on(EVENT_TEST_FAIL, this.#count("failed"));
    runner.on(EVENT_TEST_PENDING, this.#count("skipped"));
  }

  protected override notes(): readonly string[] {
    return [sliceResult()].filter((line) => line !== undefined);
  }

  /** Mocha's last step, when the lab is down. */
  override done(failures: number, end: (failures: number) => void): void {
    this.#writePage(failures === 0).then(
      () => {
        end(failures);
      },
      (error: unknown) => {
        process.stderr.write(`docs/plugins.md could not be written: ${String(error)}\n`);
        end(failures + 1);
      },
    );
  }

  #count(how: "passed" | "failed" | "skipped"): (test: Mocha.Runnable) => void {
    return ({ file: path }) => {
      // The lab runs now, and its state will be gone at the end.
      if (this.#isWhole) this.#run ??= officialRun();
      const file = basename(path ?? "");
      const result = this.#results.get(file) ?? { file, passed: 0, failed: 0, skipped: 0 };
      this.#results.set(file, { ...result, [how]: result[how] + 1 });
    };
  }

  async #writePage(passed: boolean): Promise<void> {
    if (this.#run === undefined) return;
    const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.ts"));
    const text = await pluginsPage({ ...this.#run, passed }, files, [...this.#results.values()]);
    if (text !== undefined) writeFileSync(page, text);
  }
}

function officialRun(): Omit<Run, "passed"> | undefined {
  if (!pluginMode().startsWith("official")) return undefined;
  return {
    command: isFull ? "npm run test:full" : "npm run test:lab",
    commit: commit(),
    plugins: recordedPlugins(join(labState, "workstation")),
  };
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  const name = git("rev-parse", "--short=12", "HEAD");
  return git("status", "--porcelain") === "" ? name : `${name}, with changes that are not committed`;
}
