import { readdirSync } from "node:fs";

import { processFile, residentPeak } from "../shared/memory.ts";

/** What a process of a run is: the engine, the program, or one of the plugins. */
export type Role = "engine" | "program" | "plugins";

export type Peaks = Record<Role, number>;

export interface Use {
  /** The most memory that was resident, in bytes. Several processes of a role count together: they run at once. */
  readonly peaks: Peaks;
  /** Of all processes together. What a process used in its last tenth of a second is not seen. */
  readonly cpuSeconds: number;
}

interface Seen {
  readonly role: Role;
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** Follows a process and all that it starts. */
export class Watch {
  readonly #engine: number;
  readonly #seen = new Map<number, Seen>();
  readonly #timer: NodeJS.Timeout;

  constructor(engine: number) {
    this.#engine = engine;
    this.#timer = setInterval(() => {
      this.#look();
    }, 100);
  }

  #look(): void {
    const processes = statistics();
    const parents = new Map([...processes].map(([pid, { parent }]) => [pid, parent]));
    for (const pid of familyOf(this.#engine, parents)) {
      const bytes = residentPeak(pid);
      if (bytes === undefined) continue;
      const role = this.#seen.get(pid)?.role ?? (pid === this.#engine ? "engine" : roleOf(commandLine(pid)));
      this.#seen.set(pid, { role, bytes, cpuSeconds: processes.get(pid)?.cpuSeconds ?? 0 });
    }
  }

  /** Ends the watch. */
  stop(): Use {
    clearInterval(this.#timer);
    const peaks: Peaks = { engine: 0, program: 0, plugins: 0 };
    let sum = 0;
    for (const { role, bytes, cpuSeconds } of this.#seen.values()) {
      peaks[role] += bytes;
      sum += cpuSeconds;
    }
    return { peaks, cpuSeconds: sum };
  }
}

/** A process and its descendants, given every process's parent. */
export function familyOf(pid: number, parentOf: ReadonlyMap<number, number>): Set<number> {
  const family = new Set([pid]);
  let size = 0;
  while (size < family.size) {
    size = family.size;
    for (const [child, parent] of parentOf) if (family.has(parent)) family.add(child);
  }
  return family;
}

const ticksPerSecond = 100;

/** Parent and CPU time of every process. */
function statistics(): Map<number, { parent: number; cpuSeconds: number }> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.map((pid) => {
      const stat = processFile(Number(pid), "stat") ?? "";
      // The second field is the command in parentheses and may itself hold spaces and parentheses.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
      return [
        Number(pid),
        { parent: parent ?? 0, cpuSeconds: ((user ?? 0) + (system ?? 0)) / ticksPerSecond },
      ];
    }),
  );
}

export const roleOf = (command: string): Role =>
  command.includes("/@pulumi/pulumi/cmd/run") ? "program" : "plugins";

const commandLine = (pid: number): string => processFile(pid, "cmdline")?.replaceAll("\0", " ") ?? "";
