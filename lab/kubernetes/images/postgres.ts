import { createReadStream, rmSync } from "node:fs";
import { join } from "node:path";
import { makeRootfs, rootfsRecipe } from "../../build/rootfs.ts";
import type { Rootfs } from "../../build/rootfs.ts";
import { versions } from "../../layout.ts";
import { postgresImage } from "../facts.ts";
import { barmanCloudPath, barmanCloudRecipe, downloadBarmanCloud, withBarmanCloud } from "./barman-cloud.ts";
import { path } from "./image.ts";
import type { Image } from "./image.ts";
import { writeImage } from "./oci.ts";

/** With barman-cloud, which instances without the plugin archive and restore with, as in the official "system" images. */
const rootfs = (wheels: string): Rootfs =>
  withBarmanCloud(wheels, {
    packages: [`postgresql-${versions.postgresql}`],
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
  });

export const postgres: Image = {
  reference: postgresImage,
  name: "image-postgresql",
  version: versions.postgresql,
  recipe: [...rootfsRecipe(rootfs("wheels")), ...barmanCloudRecipe],
  expected: "about 2 minutes",
  build: async (into, log, report) => {
    const [wheels, tar] = [join(into, "wheels"), join(into, "rootfs.tar")];
    await downloadBarmanCloud(wheels, log);
    await makeRootfs(rootfs(wheels), tar, log);
    report("packing the image");
    const config = {
      User: "26",
      Env: [
        `${path.replace("PATH=", `PATH=${barmanCloudPath}:`)}:/usr/lib/postgresql/${versions.postgresql}/bin`,
        "LANG=C.UTF-8",
      ],
      Cmd: ["bash"],
    };
    await writeImage(postgresImage, config, [createReadStream(tar)], into);
    rmSync(tar);
    rmSync(wheels, { recursive: true });
  },
};
