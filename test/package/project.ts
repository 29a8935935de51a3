import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { z } from "zod";

export const checkout = join(import.meta.dirname, "../..");

/** Runs in the checkout, with its tools. */
export const run = execa({ cwd: checkout, preferLocal: true, localDir: checkout, timeout: 300_000 });

/** The same in another folder, such as a user's project. */
export const runIn = (cwd: string): typeof run => run({ cwd });

export const newFolder = (): string => mkdtempSync(join(tmpdir(), "cnpg-rgw-package-"));

/** The path of the tarball that would be published, built anew. */
export async function pack(folder: string): Promise<string> {
  await run`npm pack --pack-destination ${folder}`;
  const [tarball] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  assert.ok(tarball);
  return join(folder, tarball);
}

/** Installs the tarball in a user's project; what it depends on is linked from here, so no registry is asked. */
export async function install(project: string, tarball: string): Promise<void> {
  const nodeModules = join(project, "node_modules");
  const packed = join(nodeModules, "pulumi-cnpg-rgw");
  mkdirSync(packed, { recursive: true });
  await run`tar --extract --file ${tarball} --directory ${packed} --strip-components 1`;
  for (const dependency of readdirSync(join(checkout, "node_modules"))) {
    if (dependency.startsWith(".") || dependency === "@types") continue;
    symlinkSync(join(checkout, "node_modules", dependency), join(nodeModules, dependency));
  }
  // The others are this checkout's own: a user's project has not got them.
  mkdirSync(join(nodeModules, "@types"));
  symlinkSync(join(checkout, "node_modules/@types/node"), join(nodeModules, "@types/node"));
}

const manifest = z.object({ engines: z.object({ node: z.string() }) });

/** Versions of Node to run on: the oldest that package.json allows, from the registry, and the one of this checkout. */
export async function nodes(folder: string): Promise<Record<string, string>> {
  const { engines } = manifest.parse(JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")));
  const [, oldest] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];
  assert.ok(oldest, engines.node);
  const binary = `node-${process.platform}-${process.arch}`;
  writeFileSync(join(folder, "package.json"), "{}");
  await runIn(folder)`npm install --ignore-scripts --no-audit --no-fund ${`${binary}@${oldest}.0`}`;
  return { [oldest]: join(folder, "node_modules", binary, "bin/node"), [process.version]: process.execPath };
}

/** The TypeScript of a page, as a user would paste it. */
export function programIn(page: string): string {
  const [, program] = /```ts\n(.*?)```/s.exec(readFileSync(join(checkout, page), "utf8")) ?? [];
  assert.ok(program, page);
  return program;
}
