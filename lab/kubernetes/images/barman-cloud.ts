import { readFileSync } from "node:fs";
import { join } from "node:path";
import { barmanCloudModule, pinnedModuleDir } from "../../build/go-module.ts";
import { downloadWheels, requirementsFile, requirementsOf } from "../../build/python.ts";
import type { Rootfs } from "../../build/rootfs.ts";

/** The Python of the Debian release below. */
const python = "3.13";

/**
 * Of what the plugin's own image installs, all that an S3 store needs, at the same versions. Left out are the SDKs of
 * the two other clouds, and psycopg2, of which there is no wheel: Debian has it. Debian's barman is older, and its
 * python3-snappy crashes with this Python.
 */
const wheelPackages = [
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

/** What a recipe depends on, beside the root file system. */
export const barmanCloudRecipe: readonly string[] = [barmanCloudModule.sum, ...wheelPackages];

/** Downloads into `folder` what {@link withBarmanCloud} installs. */
export async function downloadBarmanCloud(folder: string, log: string): Promise<void> {
  const module = await pinnedModuleDir(barmanCloudModule);
  const requirements = readFileSync(join(module, "containers", "sidecar-requirements.txt"), "utf8");
  await downloadWheels(requirementsOf(requirements, wheelPackages), python, folder, log);
}

/** Where its programs are. */
export const barmanCloudPath = "/venv/bin";

/**
 * Debian with barman-cloud in /venv.
 * @param wheels the folder with the downloads
 */
export const withBarmanCloud = (wheels: string, more: Partial<Rootfs> = {}): Rootfs => ({
  suite: "trixie",
  ...more,
  packages: ["python3", "python3-venv", "python3-psycopg2", "ca-certificates", ...(more.packages ?? [])],
  customize: [
    `cp -r '${wheels}' "$1/wheels"`,
    'chroot "$1" python3 -m venv --system-site-packages /venv',
    `chroot "$1" /venv/bin/pip --isolated install --no-index --no-deps --require-hashes --no-compile --find-links=/wheels --requirement=/wheels/${requirementsFile}`,
    'chroot "$1" /venv/bin/pip --isolated uninstall --yes pip && rm -rf "$1/wheels" "$1/root/.cache"',
    // Nobody can write bytecode at run time, and without it each start of barman-cloud-wal-archive takes over three
    // times the CPU. It is never compared with its source, whose time the image may change.
    `chroot "$1" python3 -m compileall -q -f --invalidation-mode=unchecked-hash /venv/lib /usr/lib/python${python} /usr/lib/python3/dist-packages`,
    ...(more.customize ?? []),
  ],
});
