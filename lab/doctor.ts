import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { isBuilt } from "./build/artifact.ts";
import type { Artifact } from "./build/artifact.ts";
import { isCephCreated } from "./ceph/index.ts";
import { hierarchies } from "./host/cgroup.ts";
import { run, succeeds } from "./host/run.ts";
import { cacheDir, stateDir } from "./layout.ts";
import { portConflicts } from "./ports.ts";

/** One thing that the lab needs of the machine. */
export interface Finding {
  readonly ok: boolean;
  /** One line: what is there, or what is missing and what to do. */
  readonly line: string;
}

const gib = 1024 ** 3;

/** Debian packages, each with a file by which it is recognised. */
const packages: readonly (readonly [name: string, file: string])[] = [
  ["mmdebstrap", "mmdebstrap"],
  ["debian-archive-keyring", "/usr/share/keyrings/debian-archive-keyring.gpg"],
  ["containerd", "containerd"],
  ["runc", "runc"],
  ["containernetworking-plugins", "/usr/lib/cni/bridge"],
  ["nftables", "nft"],
  ["iproute2", "ip"],
  ["conntrack", "conntrack"],
  ["openssl", "openssl"],
  ["openssh-client", "ssh-keygen"],
  ["procps", "sysctl"],
  ["python3-pip", "pip3"],
  ["util-linux", "nsenter"],
  ["mount", "mount"],
  ["tar", "tar"],
];

function found(file: string): boolean {
  if (file.startsWith("/")) return existsSync(file);
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, file)));
}

export const missingPackages = (): string[] =>
  packages.filter(([, file]) => !found(file)).map(([name]) => name);

function checkRoot(): Finding {
  const ok = process.getuid?.() === 0;
  return {
    ok,
    line: ok
      ? "running as root"
      : "not root: run the lab as root, since it makes namespaces, mounts and cgroups",
  };
}

async function checkGo(): Promise<Finding> {
  const version = await run(["go", "env", "GOVERSION"], { env: { GOTOOLCHAIN: "local" } }).catch(() => "");
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const ok = Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 26);
  return {
    ok,
    line: ok
      ? `Go ${version.slice(2)}`
      : `Go 1.26 or newer is not on PATH (found: ${version || "none"}); install it from go.dev/dl`,
  };
}

function checkPackages(): Finding {
  const missing = missingPackages();
  const line = `Debian packages are missing: apt-get install --no-install-recommends ${missing.join(" ")}`;
  return {
    ok: missing.length === 0,
    line: missing.length === 0 ? "all Debian packages are installed" : line,
  };
}

/** Room on a file system. */
interface Room {
  readonly folder: string;
  readonly free: number;
}

function roomFor(folder: string): Room {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return { folder: existing, free: bavail * bsize };
}

/** How far the lab is: what is done already needs no more room. */
export interface Progress {
  readonly isBuilt: boolean;
  readonly hasDisks: boolean;
}

/** While all is built, Go's caches and what is kept; then Ceph's disk (see `osdSize`) and the images of Kubernetes. */
const roomNeeded = ({ isBuilt, hasDisks }: Progress): number =>
  (isBuilt ? 0 : 10 * gib) + (hasDisks ? 1 * gib : 10 * gib);

export function checkDisk(
  progress: Progress,
  rooms: readonly Room[] = [roomFor(cacheDir), roomFor(stateDir)],
): Finding {
  const { folder, free } = rooms.reduce((least, room) => (room.free < least.free ? room : least));
  const need = roomNeeded(progress);
  const have = `${(free / gib).toFixed(0)} GiB free in ${folder}`;
  const needed = `${(need / gib).toFixed(0)} GiB`;
  const why = progress.isBuilt ? "to run" : "to build and run";
  return {
    ok: free >= need,
    line:
      free >= need
        ? have
        : `${have}, ${needed} needed ${why}; free some, or set XDG_CACHE_HOME and XDG_STATE_HOME to another disk`,
  };
}

function availableMemory(): number {
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1024;
}

export function checkMemory(running: boolean, available = availableMemory()): Finding {
  const need = running ? 1 * gib : 4 * gib;
  const have = `${(available / gib).toFixed(1)} GiB of memory available, ${String(availableParallelism())} cores`;
  return {
    ok: available >= need,
    line: available >= need ? have : `${have}; the lab needs ${(need / gib).toFixed(0)} GiB`,
  };
}

/** Each kernel feature is tried in a namespace of its own that ends with the attempt: a list of modules would not tell. */
const features: readonly (readonly [feature: string, script: string])[] = [
  [
    "network namespaces, veth and bridge",
    "ip link add sw type bridge && ip link add p type veth peer name q && ip link set p master sw",
  ],
  [
    "nftables with NAT",
    "nft add table ip t && nft 'add chain ip t c { type nat hook postrouting priority 100; }' && nft add rule ip t c masquerade",
  ],
  [
    "overlayfs",
    "d=$(mktemp -d) && mount -t tmpfs t $d && cd $d && mkdir l u w m && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w m && cd / && umount $d/m $d && rmdir $d",
  ],
];

async function checkKernel(): Promise<Finding[]> {
  const tried = features.map(async ([feature, script]): Promise<Finding> => {
    const ok = await succeeds(["unshare", "--net", "--mount", "sh", "-c", script], { timeoutMs: 20_000 });
    return {
      ok,
      line: ok
        ? `kernel: ${feature}`
        : `the kernel lacks ${feature}, or this is a container that may not use it; use a machine or VM that has it`,
    };
  });
  return Promise.all(tried);
}

function checkCgroups(): Finding {
  const all = hierarchies();
  const unified = all.find((h) => h.v2);
  const known = new Set(all.flatMap((h) => h.controllers));
  if (unified !== undefined && existsSync(join(unified.path, "cgroup.controllers"))) {
    for (const c of readFileSync(join(unified.path, "cgroup.controllers"), "utf8").trim().split(" "))
      known.add(c);
  }
  const missing = ["cpu", "cpuset", "memory", "pids"].filter((controller) => !known.has(controller));
  return {
    ok: missing.length === 0,
    line:
      missing.length === 0 ? "cgroup controllers" : `cgroup controllers are missing: ${missing.join(", ")}`,
  };
}

async function checkPorts(): Promise<Finding[]> {
  const conflicts = missingPackages().length === 0 ? await portConflicts() : [];
  if (conflicts.length === 0) return [{ ok: true, line: "the lab's ports are free, or the lab's own" }];
  return conflicts.map((line) => ({ ok: false, line }));
}

/** Everything that `up` needs of the machine, checked without changing it. */
export async function examine(artifacts: readonly Artifact[], running: boolean): Promise<Finding[]> {
  const kernel = missingPackages().length === 0 && process.getuid?.() === 0 ? await checkKernel() : [];
  return [
    checkRoot(),
    await checkGo(),
    checkPackages(),
    checkDisk({ isBuilt: artifacts.every(isBuilt), hasDisks: isCephCreated() }),
    checkMemory(running),
    checkCgroups(),
    ...kernel,
    ...(await checkPorts()),
  ];
}

/** Asks Debian's maintainer scripts not to start services: the lab runs its own containerd, not the machine's. */
const policyFile = "/usr/sbin/policy-rc.d";

export async function installPackages(names: readonly string[], log: string): Promise<void> {
  const lock = ["-o", "DPkg::Lock::Timeout=400"];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const ours = !existsSync(policyFile);
  if (ours) writeFileSync(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await run(["apt-get", "update", ...lock], { env, log, timeoutMs: 600_000 });
    await run(["apt-get", "install", "-y", "--no-install-recommends", ...lock, ...names], {
      env,
      log,
      timeoutMs: 900_000,
    });
  } finally {
    if (ours) rmSync(policyFile, { force: true });
  }
}
