import { createReadStream, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { artifactDir } from "../../build/artifact.ts";
import type { Artifact } from "../../build/artifact.ts";
import { kubernetesBinaries } from "../../build/go.ts";
import { makeRootfs, rootfsRecipe } from "../../build/rootfs.ts";
import type { Rootfs } from "../../build/rootfs.ts";
import { tarOf } from "../../build/tar.ts";
import type { TarEntry } from "../../build/tar.ts";
import { versions } from "../../layout.ts";
import { corednsImage, operatorImage, pauseImage, postgresImage } from "../facts.ts";
import { program } from "../paths.ts";
import { architecture, writeImage } from "./oci.ts";
import type { ImageConfig } from "./oci.ts";

/** An image of the Kubernetes host: an artifact with one file, image.tar. */
export interface Image extends Artifact {
  /** Name and tag by which pods ask for it. */
  readonly reference: string;
}

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const users = [
  "root:x:0:0:root:/root:/sbin/nologin",
  "nonroot:x:65532:65532:nonroot:/nonexistent:/sbin/nologin",
  "",
].join("\n");

/** An image of static programs that the lab has built: these, and no operating system. */
function programImage(
  reference: string,
  version: string,
  entries: readonly TarEntry[],
  config: ImageConfig,
): Image {
  const name = /\/(?<name>.+):/.exec(reference)?.groups?.name ?? reference;
  return {
    reference,
    name: `image-${name}`,
    version,
    recipe: [
      basename(artifactDir(kubernetesBinaries)),
      JSON.stringify([
        entries.map((entry) => ({ ...entry, source: entry.source && basename(entry.source) })),
        config,
      ]),
    ],
    expected: "a few seconds",
    build: (into) => writeImage(reference, config, [tarOf(entries)], into),
  };
}

const pause = programImage(pauseImage, versions.kubernetes, [{ name: "pause", source: program("pause") }], {
  User: "65535:65535",
  Entrypoint: ["/pause"],
});

const coredns = programImage(
  corednsImage,
  versions.coredns,
  [{ name: "coredns", source: program("coredns") }],
  { User: "65532:65532", WorkingDir: "/", Entrypoint: ["/coredns"] },
);

/** Laid out as the official image: the operator copies its manager from /operator into instances by architecture. */
const operator = programImage(
  `${operatorImage.repository}:${operatorImage.tag}`,
  versions.cloudnativePg,
  [
    { name: "etc", type: "directory" },
    { name: "etc/passwd", text: users, mode: 0o644 },
    { name: "tmp", type: "directory", mode: 0o1777 },
    { name: "operator", type: "directory" },
    { name: `operator/manager_${architecture}`, source: program("manager") },
    { name: "manager", type: "symlink", linkname: `operator/manager_${architecture}` },
  ],
  { User: "65532:65532", WorkingDir: "/", Env: [path], Entrypoint: ["/manager"] },
);

const postgresRootfs: Rootfs = {
  suite: "trixie",
  // barman-cli-cloud is what instances archive and restore with.
  packages: [`postgresql-${versions.postgresql}`, "barman-cli-cloud", "ca-certificates"],
  // JIT compilation drags in LLVM, which is larger than everything else.
  exclude: [
    "/usr/lib/*/libLLVM*",
    "/usr/lib/*/libz3*",
    "/usr/lib/llvm-*",
    `/usr/lib/postgresql/${versions.postgresql}/lib/llvmjit*`,
    `/usr/lib/postgresql/${versions.postgresql}/lib/bitcode/*`,
  ],
  prepare: [
    // CloudNativePG runs instances as user 26, whose group number Debian has given to "tape".
    'sed -i /^tape:/d "$1/etc/group" && echo "postgres:x:26:" >>"$1/etc/group"',
    'echo "postgres:x:26:26:PostgreSQL:/var/lib/postgresql:/bin/bash" >>"$1/etc/passwd"',
    'echo "postgres:!:19000::::::" >>"$1/etc/shadow"',
    'mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.conf"',
  ],
};

export const postgres: Image = {
  reference: postgresImage,
  name: "image-postgresql",
  version: versions.postgresql,
  recipe: rootfsRecipe(postgresRootfs),
  expected: "about 2 minutes",
  build: async (into, log, report) => {
    const rootfs = join(into, "rootfs.tar");
    await makeRootfs(postgresRootfs, rootfs, log);
    report("packing the image");
    const config = {
      User: "26",
      Env: [`${path}:/usr/lib/postgresql/${versions.postgresql}/bin`, "LANG=C.UTF-8"],
      Cmd: ["bash"],
    };
    await writeImage(postgresImage, config, [createReadStream(rootfs)], into);
    rmSync(rootfs);
  },
};

/** The Go programs come first: most images hold one of them. */
export const programImages: readonly Image[] = [pause, coredns, operator];
export const images: readonly Image[] = [...programImages, postgres];
