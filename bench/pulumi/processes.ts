import { readFileSync, readdirSync } from "node:fs";

/** What a process of a run is: the engine, the program, or one of the plugins. */
export type Role = "engine" | "program" | "plugins";

export type Peaks = Record<Role, number>;

/** Follows a process and all that it starts, and knows the most memory that each held resident, in bytes. */
export class MemoryWatch {
  readonly #engine: number;
  readonly #peaks = new Map<number, { role: Role; bytes: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(engine: number) {
    this.#engine = engine;
    this.#timer = setInterval(() => {
      this.#look();
    }, 200);
  }

  #look(): void {
    for (const pid of familyOf(this.#engine, parents())) {
      const bytes = residentPeak(pid);
      if (bytes === undefined) continue;
      const role = this.#peaks.get(pid)?.role ?? (pid === this.#engine ? "engine" : roleOf(commandLine(pid)));
      this.#peaks.set(pid, { role, bytes });
    }
  }

  /** Ends the watch. Several processes of a role count together, for the plugins run at once. */
  stop(): Peaks {
    clearInterval(this.#timer);
    const peaks: Peaks = { engine: 0, program: 0, plugins: 0 };
    for (const { role, bytes } of this.#peaks.values()) peaks[role] += bytes;
    return peaks;
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

function parents(): Map<number, number> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.map((pid) => {
      const stat = read(`/proc/${pid}/stat`) ?? "";
      return [Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])];
    }),
  );
}

export const roleOf = (command: string): Role =>
  command.includes("/@pulumi/pulumi/cmd/run") ? "program" : "plugins";

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // it ended meanwhile
  }
}

const commandLine = (pid: number): string => read(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ") ?? "";

function residentPeak(pid: number): number | undefined {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}
