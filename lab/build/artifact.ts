import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { LabError, messageOf } from "../errors.ts";
import { cacheDir } from "../layout.ts";
import { unmountBelow } from "../host/mounts.ts";
import { identify } from "../host/process.ts";

/** Something that is built once and kept in the cache: a set of binaries, a root file system, an image. */
export interface Artifact {
  readonly name: string;
  /** The version of what is built, as a reader knows it. */
  readonly version: string;
  /** Everything else that the result depends on, e.g. the text of a go.mod or a list of packages. */
  readonly recipe: readonly string[];
  /** Shown next to the part while it is built, e.g. "about 7 minutes". Measured on 2 cores. */
  readonly expected: string;
  /** Makes the artifact in the empty folder `into`; appends all output to `log`. */
  build(into: string, log: string, report: (status: string) => void): Promise<void>;
}

export function artifactDir(artifact: Artifact): string {
  const recipe = createHash("sha256").update(JSON.stringify(artifact.recipe)).digest("hex").slice(0, 12);
  return join(cacheDir, "built", `${artifact.name}-${artifact.version}-${recipe}`);
}

export const buildLog = (artifact: Artifact): string => join(cacheDir, "log", `build-${artifact.name}.log`);

export const isBuilt = (artifact: Artifact): boolean => existsSync(artifactDir(artifact));

async function removeTree(folder: string): Promise<void> {
  await unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** Half-built folders carry the pid and start time of their builder; those whose builder is gone are deleted. */
async function removeHalfBuilt(artifact: Artifact): Promise<void> {
  const parent = join(cacheDir, "built");
  const prefix = `${basename(artifactDir(artifact))}.building-`;
  for (const entry of readdirSync(parent).filter((name) => name.startsWith(prefix))) {
    const [pid, startTime] = entry.slice(prefix.length).split("-");
    if (identify(Number(pid))?.startTime !== startTime) await removeTree(join(parent, entry));
  }
}

/**
 * Builds the artifact unless the cache has it. The folder gets its final name only when it is whole, so that a
 * half-built one is never taken for built.
 */
export async function ensureBuilt(
  artifact: Artifact,
  report: (status: string) => void = () => undefined,
): Promise<"built" | "cached"> {
  const dir = artifactDir(artifact);
  if (existsSync(dir)) {
    const now = new Date();
    utimesSync(dir, now, now); // so that a user can see which ones are in use
    return "cached";
  }
  mkdirSync(join(cacheDir, "log"), { recursive: true });
  mkdirSync(join(cacheDir, "built"), { recursive: true });
  await removeHalfBuilt(artifact);
  const log = buildLog(artifact);
  rmSync(log, { force: true });
  const building = `${dir}.building-${String(process.pid)}-${identify(process.pid)?.startTime ?? ""}`;
  mkdirSync(building);
  report(`building, ${artifact.expected}`);
  try {
    await artifact.build(building, log, report);
  } catch (error) {
    await removeTree(building);
    throw new LabError(`building ${artifact.name} ${artifact.version} failed: ${messageOf(error)}`, {
      logFile: log,
      hint: "run the command again: what is already built is kept",
      cause: error,
    });
  }
  renameSync(building, dir);
  return "built";
}
