import { existsSync, readFileSync } from "node:fs";
import { LabError, messageOf } from "./errors.ts";

const tailLines = 15;

export function lastLines(file: string, count: number): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count);
}

/** What failed, the last lines of its log, where the whole log is, and what to try. */
export function failureText(error: unknown): string {
  const lines = [`lab: ${messageOf(error)}`];
  if (!(error instanceof LabError)) {
    // An unforeseen failure: the stack shows where to look.
    return error instanceof Error ? `lab: ${error.stack ?? error.message}\n` : `${lines.join("\n")}\n`;
  }
  if (error.logFile !== undefined) {
    lines.push(
      ...lastLines(error.logFile, tailLines).map((line) => `  | ${line}`),
      `The whole log: ${error.logFile}`,
    );
  }
  lines.push(
    `What to try: ${error.hint ?? "`npm run lab -- doctor`, then the same command again: it continues where it stopped"}`,
  );
  return `${lines.join("\n")}\n`;
}

export function printFailure(error: unknown): void {
  process.stderr.write(failureText(error));
}
