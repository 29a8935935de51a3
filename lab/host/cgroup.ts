import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { cgroupName } from "../layout.ts";
import { until } from "../wait.ts";

/**
 * Every process of the lab, the ones in pods included, lives below a cgroup named {@link cgroupName}. That is how
 * `down` finds what it started, and nothing else, even when every pid file is lost.
 */

/** The cgroup hierarchies mounted here: one on a machine with cgroup v2 only, many with v1. */
export function hierarchies(
  mounts = readFileSync("/proc/self/mounts", "utf8"),
): { path: string; v2: boolean; controllers: string[] }[] {
  return mounts.split("\n").flatMap((line) => {
    const [, path, type, options] = line.split(" ");
    if (path === undefined || (type !== "cgroup" && type !== "cgroup2")) return [];
    return [
      { path, v2: type === "cgroup2", controllers: type === "cgroup2" ? [] : (options ?? "").split(",") },
    ];
  });
}

/**
 * The argv that runs `argv` in a cgroup of the lab's: the shell puts itself there before anything can fork, then becomes
 * the command.
 */
export function inLabCgroup(group: "daemons" | "work", argv: readonly string[]): string[] {
  return ["sh", "-c", 'echo $$ >"$0" && exec "$@"', procsFile(group), ...argv];
}

/** The cgroup.procs file that a process writes itself into. */
function procsFile(group: string): string {
  const all = hierarchies();
  // Any one hierarchy serves to find processes again; v2 where there is one.
  const chosen = all.find((h) => h.v2) ?? all.find((h) => h.controllers.includes("pids"));
  if (chosen === undefined) throw new Error("no cgroup hierarchy is mounted: see `npm run lab -- doctor`");
  const folder = join(chosen.path, cgroupName, group);
  mkdirSync(folder, { recursive: true });
  return join(folder, "cgroup.procs");
}

function foldersBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...children.flatMap((child) => foldersBelow(join(folder, child.name))), folder];
}

function labCgroups(below: string): string[] {
  return hierarchies().flatMap((h) => foldersBelow(join(h.path, cgroupName, below)));
}

/** The pids of every process in the lab's cgroups, or in those below one of them, e.g. "pods". */
export function labPids(below = ""): number[] {
  const pids = labCgroups(below).flatMap((folder) => {
    try {
      return readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
    } catch {
      return []; // the cgroup went away, or is threaded
    }
  });
  return [...new Set(pids)].filter((pid) => pid > 1 && pid !== process.pid);
}

/** Kills what is left in the lab's cgroups and removes them. */
export async function removeCgroups(): Promise<void> {
  await until({ what: "the lab's processes to end", timeoutMs: 20_000, intervalMs: 50 }, () => {
    const pids = labPids();
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended by itself
      }
    }
    return Promise.resolve(pids.length === 0 || `pids ${pids.slice(0, 8).join(", ")}`);
  });
  await until({ what: "the lab's cgroups to empty", timeoutMs: 10_000, intervalMs: 50 }, () => {
    for (const folder of labCgroups("")) rmdirSync(folder);
    return Promise.resolve(true);
  });
}
