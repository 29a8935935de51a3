import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import tar from "tar-stream";

/** How a container of the image starts: the part of an OCI image configuration that a Dockerfile sets. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Layer extends Descriptor {
  readonly file: string;
  /** Digest of the layer as it was before compression. */
  readonly diffId: string;
}

const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

/** One moment for every image: the same content is the same image, whenever it was built. */
const created = "1970-01-01T00:00:00Z";

const digestOf = (hash: Hash): string => `sha256:${hash.digest("hex")}`;

function hashing(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

async function compress(layer: Readable | tar.Pack, folder: string, index: number): Promise<Layer> {
  const [plain, compressed] = [createHash("sha256"), createHash("sha256")];
  const file = join(folder, `layer-${String(index)}`);
  await pipeline(layer, hashing(plain), createZstdCompress(), hashing(compressed), createWriteStream(file));
  return {
    mediaType: mediaTypes.layer,
    file,
    diffId: digestOf(plain),
    digest: digestOf(compressed),
    size: statSync(file).size,
  };
}

function blob(mediaType: string, content: unknown): { descriptor: Descriptor; text: string } {
  const text = JSON.stringify(content);
  const digest = digestOf(createHash("sha256").update(text));
  return { descriptor: { mediaType, digest, size: Buffer.byteLength(text) }, text };
}

const architectures: Partial<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
export const architecture = architectures[process.arch] ?? process.arch;

/** The JSON documents of an image, each pointing to the one before by its digest. */
export function imageDocuments(
  name: string,
  config: ImageConfig,
  layers: readonly (Descriptor & { diffId: string })[],
): { config: ReturnType<typeof blob>; manifest: ReturnType<typeof blob>; index: string } {
  const imageConfig = blob(mediaTypes.config, {
    architecture,
    os: "linux",
    created,
    config,
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created })),
  });
  const manifest = blob(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: imageConfig.descriptor,
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...manifest.descriptor, annotations: { "io.containerd.image.name": name } }],
  });
  return { config: imageConfig, manifest, index };
}

async function addFile(pack: tar.Pack, name: string, file: string): Promise<void> {
  await pipeline(createReadStream(file), pack.entry({ name, size: statSync(file).size }));
}

const blobPath = (digest: string): string => `blobs/${digest.replace(":", "/")}`;

/**
 * Writes an image as an OCI layout in one tar file, which `ctr images import` and other tools read.
 * @param layers tar streams, the lowest layer first
 * @param folder where the file and what is needed to make it go
 */
export async function writeImage(
  name: string,
  config: ImageConfig,
  layers: readonly (Readable | tar.Pack)[],
  folder: string,
): Promise<void> {
  const compressed: Layer[] = [];
  for (const [index, layer] of layers.entries()) compressed.push(await compress(layer, folder, index));
  const documents = imageDocuments(name, config, compressed);
  const pack = tar.pack();
  const target = join(folder, "image.tar");
  const written = pipeline(pack, createWriteStream(`${target}.new`));
  pack.entry({ name: "oci-layout" }, JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  pack.entry({ name: "index.json" }, documents.index);
  for (const { descriptor, text } of [documents.config, documents.manifest]) {
    pack.entry({ name: blobPath(descriptor.digest) }, text);
  }
  for (const { digest, file } of compressed) {
    await addFile(pack, blobPath(digest), file);
    await rm(file);
  }
  pack.finalize();
  await written;
  await rename(`${target}.new`, target);
}
