import { createReadStream, createWriteStream, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { artifactDir } from "../../build/artifact.ts";
import type { Artifact } from "../../build/artifact.ts";
import { barmanCloudBinary, barmanCloudModule, pinnedModuleDir } from "../../build/go.ts";
import { downloadWheels, requirementsFile, requirementsOf } from "../../build/python.ts";
import { makeRootfs, rootfsRecipe } from "../../build/rootfs.ts";
import type { Rootfs } from "../../build/rootfs.ts";
import { tarOf } from "../../build/tar.ts";
import { versions } from "../../layout.ts";
import { barmanCloudImages } from "../facts.ts";
import { imageName, path } from "./image.ts";
import type { Image } from "./image.ts";
import { writeImage } from "./oci.ts";

/** The Python of the Debian release below. */
const python = "3.13";

/**
 * Of what the plugin's own image installs, all that an S3 store needs, at the same versions. Left out are the SDKs of
 * the two other clouds, and psycopg2, of which there is no wheel: Debian has it.
 */
const packages = [
  "barman",
  "boto3",
  "botocore",
  "cramjam",
  "jmespath",
  "lz4",
  "python-dateutil",
  "python-snappy",
  "s3transfer",
  "six",
  "urllib3",
  "zstandard",
] as const;

/** @param wheels the folder with what goes into /venv */
const rootfs = (wheels: string): Rootfs => ({
  suite: "trixie",
  packages: ["python3", "python3-venv", "python3-psycopg2", "ca-certificates"],
  customize: [
    `cp -r '${wheels}' "$1/wheels"`,
    'chroot "$1" python3 -m venv --system-site-packages /venv',
    `chroot "$1" /venv/bin/pip --isolated install --no-index --no-deps --require-hashes --no-compile --find-links=/wheels --requirement=/wheels/${requirementsFile}`,
    'chroot "$1" /venv/bin/pip --isolated uninstall --yes pip && rm -rf "$1/wheels" "$1/root/.cache"',
    // Nobody can write bytecode at run time, and without it each start of barman-cloud-wal-archive takes over three
    // times the CPU. It is never compared with its source, whose time the image may change.
    `chroot "$1" python3 -m compileall -q -f --invalidation-mode=unchecked-hash /venv/lib /usr/lib/python${python} /usr/lib/python3/dist-packages`,
  ],
});

const rootFile = "root.tar.zst";

/** All of the sidecar's image but the plugin's program: Debian's Python with barman-cloud. */
export const barmanCloudRoot: Artifact = {
  name: "barman-cloud-rootfs",
  version: versions.barmanCloud,
  recipe: [...rootfsRecipe(rootfs("wheels")), barmanCloudModule.sum, ...packages],
  expected: "about a minute",
  build: async (into, log) => {
    const module = await pinnedModuleDir(barmanCloudModule);
    const requirements = readFileSync(join(module, "containers", "sidecar-requirements.txt"), "utf8");
    const [wheels, tar] = [join(into, "wheels"), join(into, "root.tar")];
    await downloadWheels(requirementsOf(requirements, packages), python, wheels, log);
    await makeRootfs(rootfs(wheels), tar, log);
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
      Env: [path.replace("PATH=", "PATH=/venv/bin:")],
      Entrypoint: ["/manager"],
    };
    await writeImage(barmanCloudImages.sidecarImage, config, [createReadStream(root), program], into);
    rmSync(root);
  },
};
