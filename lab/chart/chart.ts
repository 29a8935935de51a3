import { createHash } from "node:crypto";
import { createWriteStream, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { operatorChart as official } from "../../components/versions.ts";
import type { Artifact } from "../build/artifact.ts";
import { operatorModule, pinnedModuleDir } from "../build/go-module.ts";
import { tarOf } from "../build/tar.ts";
import { versions } from "../layout.ts";
import { archiveName, chartFiles, repositoryIndex } from "./files.ts";

const sources = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".ts"));

/**
 * A chart that takes the official one's place where that cannot be downloaded, in a Helm repository of its own: it
 * honours those of its values that this project sets, and refuses all others.
 */
export const operatorChart: Artifact = {
  name: "chart-cloudnative-pg",
  version: official.version,
  recipe: [
    versions.cloudnativePg,
    ...sources.sort().map((file) => readFileSync(join(import.meta.dirname, file), "utf8")),
  ],
  expected: "a few seconds",
  build: async (into) => {
    const module = await pinnedModuleDir(operatorModule);
    const manifest = readFileSync(join(module, "releases", `cnpg-${versions.cloudnativePg}.yaml`), "utf8");
    const files = Object.entries(chartFiles(manifest)).map(([path, text]) => ({
      name: `${official.name}/${path}`,
      mode: 0o644,
      text,
    }));
    const archive = join(into, archiveName);
    await pipeline(tarOf(files), createGzip(), createWriteStream(archive));
    const digest = createHash("sha256").update(readFileSync(archive)).digest("hex");
    writeFileSync(join(into, "index.yaml"), repositoryIndex(archiveName, digest));
  },
};
