import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { artifactDir, ensureBuilt } from "../build/artifact.ts";
import { engineBinary } from "../build/go.ts";
import { run, succeeds } from "../host/run.ts";
import { checkout } from "../layout.ts";
import { checkoutBin } from "./home.ts";

const npmManifest = z.object({ version: z.string() });

/** The engine version that package.json pins, by way of the `pulumi` npm package. */
export function engineVersion(): string {
  const manifest = join(checkout, "node_modules", "pulumi", "package.json");
  return npmManifest.parse(JSON.parse(readFileSync(manifest, "utf8"))).version;
}

/** The user's own PULUMI_HOME, as the `pulumi` npm package finds it. */
export function userPulumiHome(): string {
  const home = process.env.PULUMI_HOME;
  return home !== undefined && home !== "" ? home : join(homedir(), ".pulumi");
}

/** Where the `pulumi` npm package looks for the engine and downloads it to. */
export const enginePath = (): string => join(userPulumiHome(), "versions", engineVersion(), "bin", "pulumi");

/**
 * Puts the engine into a folder where no plugin lies beside it, and returns its path: from beside itself, it takes a
 * language host before any other. (A link by name would lead it back.)
 */
export function engineAlone(folder: string): string {
  const alone = join(folder, "pulumi");
  mkdirSync(folder, { recursive: true });
  rmSync(alone, { force: true });
  try {
    linkSync(enginePath(), alone);
  } catch {
    copyFileSync(enginePath(), alone); // on another file system
  }
  return alone;
}

/**
 * The real engine in the place where `npx pulumi` looks for it: downloaded by the npm package where that works,
 * else built from its Go module.
 */
export async function ensureEngine(
  report: (status: string) => void,
): Promise<"present" | "downloaded" | "built"> {
  if (existsSync(enginePath())) return "present";
  report("downloading");
  if (await succeeds([join(checkoutBin, "pulumi"), "version"], { timeoutMs: 300_000 })) return "downloaded";
  const artifact = engineBinary(engineVersion());
  await ensureBuilt(artifact, report);
  mkdirSync(dirname(enginePath()), { recursive: true });
  const partial = `${enginePath()}.${String(process.pid)}`;
  copyFileSync(join(artifactDir(artifact), "pulumi"), partial);
  chmodSync(partial, 0o755);
  await run([partial, "version"]);
  renameSync(partial, enginePath());
  return "built";
}
