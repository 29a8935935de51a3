import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { LabError } from "../errors.ts";
import { run } from "../host/run.ts";

/** A Debian root file system made of packages, for a host of the lab or for an image. */
export interface Rootfs {
  /** e.g. "trixie": need not be the machine's own release. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** dpkg path patterns to leave out beside man pages, documentation and translations. */
  readonly exclude?: readonly string[];
  /** Shell commands that run before `packages` are installed, e.g. to fix the id of a user; the root is `$1`. */
  readonly prepare?: readonly string[];
  /** Shell commands that finish the root, which they get as `$1`. The machine's own tools run them. */
  readonly customize?: readonly string[];
}

export interface Mirrors {
  readonly main: string;
  /** A machine without a source of security updates gets roots without them. */
  readonly security: string | undefined;
}

/**
 * The mirrors that this machine itself installs Debian packages from: whoever set it up knows which ones it can
 * reach. `printed` is what `apt-get update --print-uris` says, whatever format the sources are written in.
 */
export function mirrorsOf(printed: string, codename: string): Mirrors {
  const releases = [...printed.matchAll(/^'(.+?)\/?dists\/([^/]+)\/(?:In)?Release(?:\.gpg)?'/gm)];
  const mirrorOf = (suite: string): string | undefined => releases.find((match) => match[2] === suite)?.[1];
  const main = mirrorOf(codename);
  if (main === undefined) {
    throw new LabError(`apt knows no source for Debian ${codename}, the release of this machine`, {
      hint: `add one to /etc/apt/sources.list.d/, such as: deb MIRROR ${codename} main`,
    });
  }
  return { main, security: mirrorOf(`${codename}-security`) };
}

async function machineMirrors(): Promise<Mirrors> {
  const codename = parseEnv(readFileSync("/etc/os-release", "utf8")).VERSION_CODENAME ?? "";
  return mirrorsOf(await run(["apt-get", "update", "--print-uris"]), codename);
}

/** How this machine's apt reaches its mirrors, e.g. through a proxy: mmdebstrap starts with settings of its own. */
export function transportOptions(dumped: string): string[] {
  return dumped.split("\n").filter((line) => /^Acquire::(?:http|https)::\S+ ".+";$/.test(line));
}

const unneeded = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*"];
// No service starts while packages are installed: the root is not a running system.
const noServices =
  'mkdir -p "$1/usr/sbin" && printf "#!/bin/sh\\nexit 101\\n" >"$1/usr/sbin/policy-rc.d" && chmod 755 "$1/usr/sbin/policy-rc.d"';

/** What an artifact made by {@link makeRootfs} depends on, beside the packages that the mirror has that day. */
export const rootfsRecipe = (rootfs: Rootfs): string[] => [JSON.stringify(rootfs)];

/** Makes the root in `target`: a tar file if its name ends in .tar, else a folder. Needs mmdebstrap, and root. */
export async function makeRootfs(rootfs: Rootfs, target: string, log: string): Promise<void> {
  const mirrors = await machineMirrors();
  const transport = transportOptions(await run(["apt-config", "dump"]));
  const security =
    mirrors.security === undefined ? [] : [`deb ${mirrors.security} ${rootfs.suite}-security main`];
  await run(
    [
      // Its mounts of /dev, /proc and /sys are its own: a killed one leaves nothing mounted where `rm -r` comes along.
      ...["unshare", "--mount", "--propagation", "private"],
      "mmdebstrap",
      "--variant=minbase",
      "--mode=root",
      `--include=${rootfs.packages.join(",")}`,
      ...[...unneeded, ...(rootfs.exclude ?? [])].map((path) => `--dpkgopt=path-exclude=${path}`),
      "--dpkgopt=force-unsafe-io",
      '--aptopt=APT::Install-Recommends "false"',
      '--aptopt=Acquire::Languages "none"',
      // A frozen mirror is as good as any.
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Retries "3"',
      ...transport.map((option) => `--aptopt=${option}`),
      `--setup-hook=${noServices}`,
      ...(rootfs.prepare ?? []).map((command) => `--essential-hook=${command}`),
      ...(rootfs.customize ?? []).map((command) => `--customize-hook=${command}`),
      rootfs.suite,
      target,
      `deb ${mirrors.main} ${rootfs.suite} main`,
      ...security,
    ],
    { log, timeoutMs: 20 * 60_000, outlives: true },
  );
}
