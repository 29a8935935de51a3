import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";

const require = createRequire(import.meta.url);
const PackageJson = z.object({ version: z.string() });

/** The version of a package of this checkout: the plugin of a Pulumi SDK has the SDK's version. */
export function packageVersion(name: string): string {
  return PackageJson.parse(JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8"))).version;
}

export function pluginVersion(provider: string): string {
  return packageVersion(`@pulumi/${provider}`);
}
