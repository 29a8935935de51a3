import { basename, join } from "node:path";
import { artifactDir } from "../../build/artifact.ts";
import { ctr } from "../command.ts";
import type { Report } from "../command.ts";
import { images } from "./images.ts";
import type { Image } from "./image.ts";

/** On each imported image: which artifact it came from, so that a rebuilt one is imported again. */
const label = "cnpg-rgw.lab/artifact";

/** What `ctr images ls` says: image names with the artifact that each was imported from. */
export function importedImages(listed: string): Map<string, string> {
  const labelled = new RegExp(`${label.replaceAll(".", "\\.")}=([^,\\s]+)`);
  return new Map(
    listed
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const name = line.split(/\s+/)[0];
        const artifact = labelled.exec(line)?.[1];
        return name === undefined || artifact === undefined ? [] : [[name, artifact] as const];
      }),
  );
}

async function importImage(image: Image, artifact: string): Promise<void> {
  await ctr(["images", "import", join(artifactDir(image), "image.tar")], 300_000);
  // Last, so that an import that was cut short is done again.
  await ctr(["images", "label", image.reference, `${label}=${artifact}`]);
}

export async function ensureImages(report: Report): Promise<void> {
  await ensureImported(images, report);
}

/** Imports those of these images, all built, that are not there yet. */
export async function ensureImported(wanted: readonly Image[], report: Report): Promise<void> {
  const imported = importedImages(await ctr(["images", "ls"]));
  for (const image of wanted) {
    const artifact = basename(artifactDir(image));
    if (imported.get(image.reference) === artifact) continue;
    report(`importing image ${image.reference}`);
    await importImage(image, artifact);
  }
}
