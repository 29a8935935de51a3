import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** What the figures were measured on, as a line. */
export function machineFacts(): string {
  const model = cpus()[0]?.model ?? "unknown CPU";
  const gib = (totalmem() / 1024 ** 3).toFixed(0);
  return `${cpus().length} cores (${model.trim()}), ${gib} GiB of memory, ${distribution()}, Linux ${release()}`;
}

function distribution(): string {
  const named = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"));
  return named?.[1] ?? "unknown distribution";
}

/** How busy the machine was in the last minute, in running processes: above about 0.5 before a bench disturbs it. */
export function load(): number {
  return Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]);
}
