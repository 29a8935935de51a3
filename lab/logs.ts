import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";
import { lastLines } from "./failure.ts";
import { cacheDir, logDir } from "./layout.ts";

function logFiles(): Map<string, string> {
  const folders = [logDir, join(cacheDir, "log")].filter((folder) => existsSync(folder));
  return new Map(
    folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith(".log"))
        .map((file): [string, string] => [file.slice(0, -".log".length), join(folder, file)]),
    ),
  );
}

/** Without a part: each part and its log file. With one: the end of its log. */
export function printLogs(part: string | undefined): Promise<number> {
  const files = logFiles();
  if (part === undefined) {
    for (const [name, file] of [...files].sort()) process.stdout.write(`${name.padEnd(28)} ${file}\n`);
    return Promise.resolve(0);
  }
  const file = files.get(part);
  if (file === undefined) {
    throw new LabError(`no log of "${part}"`, {
      hint: `parts with a log: ${[...files.keys()].sort().join(", ") || "none yet"}`,
    });
  }
  process.stdout.write(`${lastLines(file, 200).join("\n")}\n`);
  return Promise.resolve(0);
}
