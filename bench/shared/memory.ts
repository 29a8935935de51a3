import { readFileSync } from "node:fs";

/** The most memory of a process that was resident, in bytes; undefined once it has ended. */
export function residentPeak(pid: number): number | undefined {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(processFile(pid, "status") ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** What /proc tells of a process; undefined once it has ended. */
export function processFile(pid: number, name: "cmdline" | "stat" | "status"): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}
