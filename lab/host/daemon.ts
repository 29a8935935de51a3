import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { hosts, logDir, runDir } from "../layout.ts";
import type { HostName } from "../layout.ts";
import { until } from "../wait.ts";
import { inLabCgroup } from "./cgroup.ts";
import { identify, isAlive } from "./process.ts";
import type { ProcessIdentity } from "./process.ts";
import { onHost } from "./run.ts";

/** A long-running process of the lab. */
export interface Daemon {
  /** Unique in the lab; names the pid file and the log. */
  readonly name: string;
  readonly host: HostName;
  readonly argv: readonly string[];
  /** The whole environment beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const recordSchema = z.object({
  pid: z.int(),
  startTime: z.string(),
  bootId: z.string(),
  /** What it was started with: a daemon whose settings changed is restarted. */
  command: z.string(),
});
type DaemonRecord = z.infer<typeof recordSchema>;

export const daemonLog = (name: string): string => join(logDir, `${name}.log`);
const pidFile = (name: string): string => join(runDir, `${name}.pid`);

function readRecord(name: string): DaemonRecord | undefined {
  if (!existsSync(pidFile(name))) return undefined;
  try {
    return recordSchema.parse(JSON.parse(readFileSync(pidFile(name), "utf8")));
  } catch {
    return undefined; // cut short by a crash: as good as none
  }
}

/** The pid of a running daemon. */
export function daemonPid(name: string): number | undefined {
  const record = readRecord(name);
  return record !== undefined && isAlive(record) ? record.pid : undefined;
}

export function runningDaemons(): string[] {
  if (!existsSync(runDir)) return [];
  return readdirSync(runDir)
    .filter((file) => file.endsWith(".pid"))
    .map((file) => file.slice(0, -".pid".length))
    .filter((name) => daemonPid(name) !== undefined);
}

const commandOf = (daemon: Daemon): string => JSON.stringify([daemon.host, daemon.argv, daemon.env ?? {}]);

/** A namespace of the same name may be another one by now: a process in the old one is out of everybody's reach. */
function isOnItsHost(pid: number, host: HostName): boolean {
  const own = statSync(`/proc/${String(pid)}/ns/net`);
  return own.ino === statSync(`/run/netns/${hosts[host].netns}`).ino;
}

/** Starts a daemon unless it runs with just these settings. Does not wait until it is ready. */
export async function ensureDaemon(daemon: Daemon): Promise<"started" | "running"> {
  const record = readRecord(daemon.name);
  if (record !== undefined && isAlive(record)) {
    if (record.command === commandOf(daemon) && isOnItsHost(record.pid, daemon.host)) return "running";
    await stopDaemon(daemon.name);
  }
  mkdirSync(logDir, { recursive: true });
  mkdirSync(runDir, { recursive: true });
  const identity = await start(daemon);
  // Renamed into place: a reader sees a whole record or none.
  const file = pidFile(daemon.name);
  writeFileSync(`${file}.new`, JSON.stringify({ ...identity, command: commandOf(daemon) }));
  renameSync(`${file}.new`, file);
  return "started";
}

async function start(daemon: Daemon): Promise<ProcessIdentity> {
  const [file = "", ...args] = onHost(daemon.host, inLabCgroup("daemons", daemon.argv));
  const log = openSync(daemonLog(daemon.name), "a");
  const child = spawn(file, args, {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: daemon.cwd ?? "/",
    env: { PATH: process.env.PATH ?? "", HOME: "/root", LC_ALL: "C.UTF-8", ...daemon.env },
  });
  closeSync(log);
  child.unref();
  await once(child, "spawn");
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity !== undefined) return identity;
  throw new LabError(`${daemon.name} ended as soon as it was started`, { logFile: daemonLog(daemon.name) });
}

/** Ends a daemon that this lab started: SIGTERM, then SIGKILL after `graceMs`. Nothing happens if it is gone. */
export async function stopDaemon(name: string, graceMs = 8_000): Promise<void> {
  const record = readRecord(name);
  if (record !== undefined && isAlive(record)) {
    process.kill(record.pid, "SIGTERM");
    const gone = (): Promise<true | string> =>
      Promise.resolve(!isAlive(record) || `pid ${String(record.pid)} runs`);
    await until({ what: `${name} to end`, timeoutMs: graceMs, intervalMs: 50 }, gone).catch(async () => {
      process.kill(record.pid, "SIGKILL");
      await until({ what: `${name} to end after SIGKILL`, timeoutMs: 5_000, intervalMs: 50 }, gone);
    });
  }
  rmSync(pidFile(name), { force: true });
}

/** For a readiness check: the reason why waiting for this daemon is pointless, if it has ended. */
export function endedReason(name: string): string | undefined {
  return daemonPid(name) === undefined ? `${name} has ended; its log is ${daemonLog(name)}` : undefined;
}
