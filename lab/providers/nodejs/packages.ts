import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import { z } from "zod";

const Parameterization = z.object({ name: z.string(), version: z.string(), value: z.string() });

const PackageJson = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
  pulumi: z
    .object({
      resource: z.boolean().optional(),
      name: z.string().optional(),
      version: z.string().optional(),
      server: z.string().optional(),
      parameterization: Parameterization.optional(),
    })
    .optional(),
});
type PackageJson = z.infer<typeof PackageJson>;

/** The provider plugins that the installed packages ask for, in the `pulumi` section of their package.json. */
export function requiredPackages(programDirectory: string): pluginProto.PackageDependency[] {
  return installedPackages(programDirectory).flatMap((info) => {
    const dependency = toDependency(info);
    return dependency === undefined ? [] : [dependency];
  });
}

function toDependency(info: PackageJson): pluginProto.PackageDependency | undefined {
  const pulumi = info.pulumi;
  if (pulumi?.resource !== true) return undefined;
  const name = pulumi.name ?? scopedName(info.name);
  const version = pulumi.version ?? info.version;
  // A third-party package must name its plugin: the official host passes over one that does not, too.
  if (name === undefined || version === undefined) return undefined;
  const dependency = new pluginProto.PackageDependency()
    .setName(name)
    .setKind("resource")
    .setVersion(version.startsWith("v") ? version : `v${version}`)
    .setServer(pulumi.server ?? "");
  if (pulumi.parameterization === undefined) return dependency;
  const { parameterization } = pulumi;
  return dependency.setParameterization(
    new pluginProto.PackageParameterization()
      .setName(parameterization.name)
      .setVersion(parameterization.version)
      .setValue(parameterization.value),
  );
}

function scopedName(name: string | undefined): string | undefined {
  return name?.startsWith("@pulumi/") === true ? name.slice("@pulumi/".length) : undefined;
}

/** Name and version of what the program depends on: what its package.json lists, or all that is installed. */
export function programDependencies(
  programDirectory: string,
  transitive: boolean,
): { name: string; version: string }[] {
  const manifest = readPackageJson(programDirectory);
  const direct = new Set(Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies }));
  return installedPackages(programDirectory).flatMap(({ name, version }) =>
    name !== undefined && (transitive || direct.has(name)) ? [{ name, version: version ?? "" }] : [],
  );
}

/** Every package below the directory's node_modules, nested ones included, each once. */
export function installedPackages(directory: string): PackageJson[] {
  const seen = new Set<string>();
  const visit = (parent: string): PackageJson[] =>
    packageFolders(join(parent, "node_modules")).flatMap((folder) => {
      const path = realpathSync(folder);
      if (seen.has(path)) return [];
      seen.add(path);
      const info = readPackageJson(path);
      return [...(info === undefined ? [] : [info]), ...visit(path)];
    });
  return visit(directory);
}

function packageFolders(nodeModules: string): string[] {
  return subfolders(nodeModules).flatMap((folder) => {
    const path = join(nodeModules, folder);
    return folder.startsWith("@") ? subfolders(path).map((name) => join(path, name)) : [path];
  });
}

function subfolders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
    .map((entry) => entry.name);
}

// A package.json that cannot be read is no reason to stop: the engine says what is missing when it needs it.
function readPackageJson(folder: string): PackageJson | undefined {
  const path = join(folder, "package.json");
  if (!existsSync(path)) return undefined;
  try {
    return PackageJson.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}
