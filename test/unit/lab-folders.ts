import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the unit tests make of the lab's code is here: never in your own lab. */
export const folderOfLab = mkdtempSync(join(tmpdir(), "cnpg-rgw-unit-"));

// The lab's folders are fixed once they are imported, so that mocha requires this module before any test file.
const { XDG_CACHE_HOME, XDG_STATE_HOME } = process.env;
process.env.XDG_CACHE_HOME = join(folderOfLab, "cache");
process.env.XDG_STATE_HOME = join(folderOfLab, "state");
createRequire(import.meta.url)("../../lab/layout.ts");
for (const [name, value] of Object.entries({ XDG_CACHE_HOME, XDG_STATE_HOME })) {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

export function mochaGlobalTeardown(): void {
  rmSync(folderOfLab, { recursive: true });
}
