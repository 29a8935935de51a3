import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { base, labState } from "./workspace.ts";

/** What a lab could leave behind on the machine, read without the lab's own code. */
export interface Leftovers {
  readonly namespaces: string[];
  readonly mounts: string[];
  readonly cgroups: string[];
  readonly processes: string[];
}

const lines = (file: string): string[] => readFileSync(file, "utf8").split("\n");

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it ended meanwhile
  }
}

/** The lab's cgroup in every hierarchy that has one. */
function cgroups(): string[] {
  const hierarchies = lines("/proc/self/mounts").filter((line) => / cgroup2? /.test(line));
  return hierarchies
    .map((line) => join(line.split(" ")[1] ?? "", "cnpg-rgw-lab"))
    .filter((folder) => existsSync(folder));
}

/** Kills every process of the lab, those in pods included. */
export function killEverything(): void {
  for (const pid of processesOfTheLab()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it went with one that was killed before
    }
  }
}

/** Sends a signal to the lab's processes, those in pods included, whose command line has a text. Returns how many. */
export function signalProcesses(text: string, signal: NodeJS.Signals): number {
  const found = processesOfTheLab().filter((pid) => commandLine(String(pid)).includes(text));
  for (const pid of found) process.kill(pid, signal);
  return found.length;
}

function processesOfTheLab(): number[] {
  const files = cgroups().flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("cgroup.procs"))
      .map((name) => join(folder, name)),
  );
  const pids = files.flatMap((file) => lines(file).filter(Boolean).map(Number));
  return [...new Set(pids)].filter((pid) => pid > 1);
}

export function leftovers(): Leftovers {
  const netns = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
  return {
    namespaces: netns.filter((name) => name.startsWith("lab-") || name.startsWith("cni-")),
    mounts: lines("/proc/self/mounts").filter((line) => line.includes("cnpg-rgw")),
    cgroups: cgroups(),
    processes: readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
      .map(commandLine)
      .filter((argv) => argv.includes(labState) || argv.includes("/run/cnpg-rgw-lab")),
  };
}

/** Settings of the whole machine that Kubernetes' components are known to change. */
export function sysctls(): Record<string, string> {
  const names = [
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "net/ipv4/ip_forward",
  ];
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join("/proc/sys", name), "utf8").trim()]),
  );
}

const sysctlsFile = join(base, "sysctls.json");

/** Before the lab is first started. */
export function recordSysctls(): void {
  writeFileSync(sysctlsFile, JSON.stringify(sysctls()));
}

export function recordedSysctls(): unknown {
  return JSON.parse(readFileSync(sysctlsFile, "utf8"));
}

export const runDir = join(labState, "run");

/** The lab's daemons, by the names of their pid files. */
export function daemons(): string[] {
  return readdirSync(runDir)
    .filter((file) => file.endsWith(".pid"))
    .map((file) => file.slice(0, -".pid".length));
}

export function pidOf(daemon: string): number {
  const record: unknown = JSON.parse(readFileSync(join(runDir, `${daemon}.pid`), "utf8"));
  return z.object({ pid: z.int() }).parse(record).pid;
}
