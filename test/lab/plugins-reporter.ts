import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { pluginMode, recordedPlugins } from "../../lab/workstation/chosen-plugins.ts";
import { isFull } from "./support/full.ts";
import { pluginsPage } from "./support/plugins-page.ts";
import type { FileResult, Run } from "./support/plugins-page.ts";
import { labState } from "./support/workspace.ts";

const page = join(import.meta.dirname, "../../docs/plugins.md");

/** Writes docs/plugins.md after a run of all files on the official plugins; prints nothing. */
export default async function* pluginsReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const results: FileResult[] = [];
  let run: Omit<Run, "passed"> | undefined;
  let passed = false;
  for await (const event of source) {
    if (event.type !== "test:summary") continue;
    // The one without a file sums up all of them, hooks of whole files included.
    if (event.data.file === undefined) passed = event.data.success;
    else results.push(resultOf(event.data.file, event.data));
    // The lab runs now, and its state will be gone at the end.
    run ??= officialRun();
  }
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.ts"));
  const text = run === undefined ? undefined : await pluginsPage({ ...run, passed }, files, results);
  if (text !== undefined) writeFileSync(page, text);
  yield "";
}

type Summary = Extract<TestEvent, { type: "test:summary" }>["data"];

function resultOf(file: string, { counts, success }: Summary): FileResult {
  const { tests, passed, skipped, todo } = counts;
  // A hook that failed counts as no test.
  const failed = Math.max(tests - passed - skipped - todo, success ? 0 : 1);
  return { file: basename(file), passed, failed, skipped };
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
