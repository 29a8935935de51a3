import { join } from "node:path";
import { artifactDir } from "../build/artifact.ts";
import type { Artifact } from "../build/artifact.ts";
import { makeRootfs, rootfsRecipe } from "../build/rootfs.ts";
import type { Rootfs } from "../build/rootfs.ts";
import { hosts, versions } from "../layout.ts";

/** The user that the program logs in as; see sshd.ts. */
export const adminUser = "ceph-admin";

const rootfs: Rootfs = {
  // The release that packages Ceph 18.
  suite: "trixie",
  packages: [
    "ceph-mon",
    "ceph-mgr",
    "ceph-osd",
    "radosgw",
    "ceph-common",
    "openssh-server",
    "sudo",
    "openssl",
    "python3",
    "procps",
  ],
  customize: [
    // ceph-mgr runs each module in a Python sub-interpreter, which the compiled part of bcrypt refuses to be loaded
    // in: more than a dozen modules fail. None of them hashes a password here, so bcrypt is loaded where it is used.
    `sed -i -e '/^import bcrypt$/d' -e 's/^def password_hash(.*$/&\\n    import bcrypt/' "$1/usr/share/ceph/mgr/mgr_util.py"`,
    // `*` and not `!`: sshd without PAM takes the latter for a locked account and refuses its keys, too.
    `chroot "$1" useradd --create-home --shell /bin/sh --password '*' ${adminUser}`,
    `printf '127.0.0.1 localhost\\n${hosts.pve.address} ${hosts.pve.name}\\n' >"$1/etc/hosts"`,
    `echo ${hosts.pve.name} >"$1/etc/hostname" && : >"$1/etc/resolv.conf"`,
    // Made by the package for every root alike.
    `rm -f "$1"/etc/ssh/ssh_host_*`,
  ],
};

export const cephRootfs: Artifact = {
  name: "ceph-rootfs",
  version: versions.ceph,
  recipe: rootfsRecipe(rootfs),
  expected: "about 2 minutes",
  build: (into, log) => makeRootfs(rootfs, join(into, "root"), log),
};

/** Read-only at run time; see host.ts. */
export const cephRoot = (): string => join(artifactDir(cephRootfs), "root");
