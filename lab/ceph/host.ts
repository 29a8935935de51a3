import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onHost, run } from "../host/run.ts";
import type { RunOptions } from "../host/run.ts";
import { hosts, stateDir } from "../layout.ts";
import { cephRoot } from "./rootfs.ts";

/**
 * Host `pve`: the read-only root file system from the cache, with the folders of this lab mounted over it at the same
 * paths. Each command and daemon gets a mount namespace of its own, so no mount outlives the processes in it and the
 * machine's own mounts stay as they are.
 */
export const pveDir = join(stateDir, "pve");
/** The host's own files, by their path on the host. */
const filesDir = join(pveDir, "files");
/** What the outside needs to reach the host; nothing in the host sees it. */
export const accessDir = join(pveDir, "access");

const ownFolders = ["/etc/ceph", "/etc/ssh", "/etc/sudoers.d", "/usr/local/lib", "/var/lib/ceph", "/var/log"];
const runFolder = "/run/ceph"; // admin sockets; the rest of /run is empty and in memory

const enter = `set -e
root=$1 files=$2
shift 2
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=755 run "$root/run"
mkdir "$root/run/sshd" "$root${runFolder}"
for folder in ${[...ownFolders, runFolder].join(" ")}; do mount --bind "$files$folder" "$root$folder"; done
echo ${hosts.pve.name} >/proc/sys/kernel/hostname
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
`;

/** Where a file of the host is on the machine. */
export const pveFile = (path: string): string => join(filesDir, path);

export function makePveFolders(): void {
  for (const folder of [...ownFolders, runFolder]) mkdirSync(pveFile(folder), { recursive: true });
  mkdirSync(accessDir, { recursive: true, mode: 0o700 });
}

/** The argv that runs `argv` on the host, given that it starts in the host's network already. */
export function inPveRoot(argv: readonly string[]): string[] {
  const unshare = ["unshare", "--mount", "--uts", "--propagation", "private"];
  return [...unshare, "sh", "-c", enter, "enter", cephRoot(), filesDir, ...argv];
}

/** The argv that runs `argv` on the host as its root, from anywhere on the machine. */
export const onPve = (argv: readonly string[]): string[] => onHost("pve", inPveRoot(argv));

/** As {@link run}. The command also ends by itself in time, so that none outlives an `up` that was killed for long. */
export function runOnPve(argv: readonly string[], options: Omit<RunOptions, "host"> = {}): Promise<string> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const bounded = ["timeout", "--kill-after=2", String(timeoutMs / 1000), ...argv];
  return run(inPveRoot(bounded), { ...options, timeoutMs: timeoutMs + 3_000, host: "pve" });
}

/** Writes a file unless it is just so; returns whether it was not. */
export function putFile(file: string, content: string, mode = 0o644): boolean {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return false;
  mkdirSync(dirname(file), { recursive: true });
  // Renamed into place, since the host may be reading the old one.
  writeFileSync(`${file}.new`, content, { mode });
  renameSync(`${file}.new`, file);
  return true;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
