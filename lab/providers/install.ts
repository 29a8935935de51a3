import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageVersion, pluginVersion } from "./versions.ts";

/**
 * Installs one of the lab's own providers, each a folder here with a main.ts, into a plugin folder
 * (`$PULUMI_HOME/plugins`), over what was there before.
 */
export function installProvider(pluginFolder: string, provider: string): void {
  install(pluginFolder, {
    kind: "resource",
    name: provider,
    version: pluginVersion(provider),
    main: join(import.meta.dirname, provider, "main.ts"),
  });
}

/** Installs the lab's own Node.js language host, likewise. */
export function installLanguageHost(pluginFolder: string): void {
  install(pluginFolder, {
    kind: "language",
    name: "nodejs",
    version: packageVersion("@pulumi/pulumi"),
    main: join(import.meta.dirname, "nodejs", "main.ts"),
  });
}

interface Plugin {
  kind: "resource" | "language";
  name: string;
  version: string;
  main: string;
}

// Written beside and renamed into place, so that an engine never sees half a plugin.
function install(pluginFolder: string, plugin: Plugin): void {
  const folder = join(pluginFolder, `${plugin.kind}-${plugin.name}-v${plugin.version}`);
  const fresh = `${folder}.new-${process.pid}`;
  const executable = join(fresh, `pulumi-${plugin.kind}-${plugin.name}`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  writeFileSync(executable, wrapper(process.execPath, plugin.main, compileCache));
  chmodSync(executable, 0o755);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

/** Without it, the Kubernetes provider would take a second longer to start, in every command. */
const compileCache = join(import.meta.dirname, "..", "..", "compile-cache.ts");

/** A script that runs a plugin of this checkout, and says what to do once this checkout has gone. */
export function wrapper(node: string, main: string, preload?: string): string {
  return `#!/bin/sh
node=${quote(node)}
main=${quote(main)}
if ! [ -x "$node" ] || ! [ -e "$main" ]; then
  echo "the checkout that this plugin belongs to has gone ($main): run 'npm run lab -- up' in the present one" >&2
  exit 1
fi
exec "$node"${preload === undefined ? "" : ` --import ${quote(preload)}`} "$main" "$@"
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
