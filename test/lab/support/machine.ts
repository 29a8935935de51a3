import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
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

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
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
  const found = processesWith(text);
  for (const pid of found) process.kill(pid, signal);
  return found.length;
}

/** The lab's processes, those in pods included, whose command line has a text. */
export function processesWith(text: string): number[] {
  return processesOfTheLab().filter((pid) => commandLine(String(pid)).includes(text));
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
      .map((pid) => ({ argv: commandLine(pid), folder: workingFolder(pid) }))
      .filter(({ argv, folder }) => argv.includes("/run/cnpg-rgw-lab") || `${argv} ${folder}`.includes(base))
      .map(({ argv }) => argv),
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

/** Interfaces, routes and addresses of the machine's own network. */
export function network(): { interfaces: string[]; routes: string[]; addresses: string[] } {
  const interfaces = lines("/proc/net/dev").flatMap((line) => /^ *(\S+):/.exec(line)?.[1] ?? []);
  const addresses = lines("/proc/net/fib_trie").flatMap((line) => /\|-- (\S+)/.exec(line)?.[1] ?? []);
  return { interfaces, routes: lines("/proc/net/route"), addresses: [...new Set(addresses)] };
}

const machineFile = join(base, "machine.json");
const machineSchema = z.object({
  sysctls: z.record(z.string(), z.string()),
  network: z.record(z.string(), z.array(z.string())),
});

/** Before the lab is first started. */
export function recordMachine(): void {
  writeFileSync(machineFile, JSON.stringify({ sysctls: sysctls(), network: network() }));
}

export function recordedMachine(): z.infer<typeof machineSchema> {
  return machineSchema.parse(JSON.parse(readFileSync(machineFile, "utf8")));
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
