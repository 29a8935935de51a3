import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { artifactDir } from "../../build/artifact.ts";
import type { Artifact } from "../../build/artifact.ts";
import { barmanCloudBinary } from "../../build/go.ts";
import { makeRootfs, rootfsRecipe } from "../../build/rootfs.ts";
import { tarOf } from "../../build/tar.ts";
import { versions } from "../../layout.ts";
import { barmanCloudImages } from "../facts.ts";
import { barmanCloudPath, barmanCloudRecipe, downloadBarmanCloud, withBarmanCloud } from "./barman-cloud.ts";
import { imageName, path } from "./image.ts";
import type { Image } from "./image.ts";
import { writeImage } from "./oci.ts";

const rootFile = "root.tar.zst";

/** All of the sidecar's image but the plugin's program: Debian's Python with barman-cloud. */
export const barmanCloudRoot: Artifact = {
  name: "barman-cloud-rootfs",
  version: versions.barmanCloud,
  recipe: [...rootfsRecipe(withBarmanCloud("wheels")), ...barmanCloudRecipe],
  expected: "about a minute",
  build: async (into, log) => {
    const [wheels, tar] = [join(into, "wheels"), join(into, "root.tar")];
    await downloadBarmanCloud(wheels, log);
    await makeRootfs(withBarmanCloud(wheels), tar, log);
    await pipeline(createReadStream(tar), createZstdCompress(), createWriteStream(join(into, rootFile)));
    rmSync(tar);
    rmSync(wheels, { recursive: true });
  },
};

/** Started by the plugin beside PostgreSQL: as in the official image, user 26 with barman-cloud in /venv. */
export const barmanCloudSidecar: Image = {
  reference: barmanCloudImages.sidecarImage,
  name: imageName(barmanCloudImages.sidecarImage),
  version: versions.barmanCloud,
  recipe: [basename(artifactDir(barmanCloudRoot)), basename(artifactDir(barmanCloudBinary))],
  expected: "a few seconds",
  build: async (into) => {
    const root = join(into, "root.tar");
    await pipeline(
      createReadStream(join(artifactDir(barmanCloudRoot), rootFile)),
      createZstdDecompress(),
      createWriteStream(root),
    );
    const program = tarOf([{ name: "manager", source: join(artifactDir(barmanCloudBinary), "manager") }]);
    const config = {
      User: "26:26",
      WorkingDir: "/",
      Env: [path.replace("PATH=", `PATH=${barmanCloudPath}:`)],
      Entrypoint: ["/manager"],
    };
    await writeImage(barmanCloudImages.sidecarImage, config, [createReadStream(root), program], into);
    rmSync(root);
  },
};
