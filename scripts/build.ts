import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** What is published: JavaScript and declarations of components/, and the scripts that run on the Ceph host. */
rmSync("dist", { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
for (const file of globSync("**/*.py", { cwd: "components" })) cpSync(`components/${file}`, `dist/${file}`);
for (const file of globSync("dist/**/*.d.ts"))
  writeFileSync(file, forOlderCompilers(readFileSync(file, "utf8")));

/**
 * The compiler leaves `from "./host.ts"` in declarations, which those before 5.0 refuse, and `import { type Host }`,
 * which the 3.8 refuses that Pulumi brings for projects without a TypeScript of their own.
 */
function forOlderCompilers(declarations: string): string {
  return declarations
    .replaceAll(/ from "(\.[^"]*)\.ts"/g, ' from "$1.js"')
    .replaceAll(/^import \{ (type \w+(?:, type \w+)*) \} from/gm, (_, names: string) => {
      return `import type { ${names.replaceAll("type ", "")} } from`;
    });
}
