import { basename } from "node:path";
import { artifactDir } from "../../build/artifact.ts";
import type { Artifact } from "../../build/artifact.ts";
import { tarOf } from "../../build/tar.ts";
import type { TarEntry } from "../../build/tar.ts";
import { writeImage } from "./oci.ts";
import type { ImageConfig } from "./oci.ts";

/** An image of the Kubernetes host: an artifact with one file, image.tar. */
export interface Image extends Artifact {
  /** Name and tag by which pods ask for it. */
  readonly reference: string;
}

export const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function imageName(reference: string): string {
  return `image-${/\/(?<name>.+):/.exec(reference)?.groups?.name ?? reference}`;
}

/** An image of static programs that the lab has built, all in the artifact `programs`, and no operating system. */
export function programImage(
  reference: string,
  version: string,
  programs: Artifact,
  entries: readonly TarEntry[],
  config: ImageConfig,
): Image {
  return {
    reference,
    name: imageName(reference),
    version,
    recipe: [
      basename(artifactDir(programs)),
      JSON.stringify([
        entries.map((entry) => ({ ...entry, source: entry.source && basename(entry.source) })),
        config,
      ]),
    ],
    expected: "a few seconds",
    build: (into) => writeImage(reference, config, [tarOf(entries)], into),
  };
}
