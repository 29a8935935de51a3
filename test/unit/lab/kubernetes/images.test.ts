import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, describe, it } from "mocha";
import { zstdDecompressSync } from "node:zlib";
import tar from "tar-stream";
import { z } from "zod";
import { tarOf } from "../../../../lab/build/tar.ts";
import { importedImages } from "../../../../lab/kubernetes/images/import.ts";
import { writeImage } from "../../../../lab/kubernetes/images/oci.ts";

const folder = mkdtempSync(join(tmpdir(), "image-test-"));
after(() => {
  rmSync(folder, { recursive: true });
});

async function filesOf(archive: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const entry of createReadStream(archive).pipe(tar.extract())) {
    files.set(entry.header.name, await buffer(entry));
  }
  return files;
}

const sha256 = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const descriptor = z.object({ digest: z.string(), size: z.number() });

describe("writeImage", () => {
  const make = (): Promise<void> =>
    writeImage("localhost/x:1", { Entrypoint: ["/x"] }, [tarOf([{ name: "x", text: "hello" }])], folder);

  it("writes an OCI layout whose digests are those of its blobs", async () => {
    await make();
    const files = await filesOf(join(folder, "image.tar"));
    const blob = ({ digest, size }: z.infer<typeof descriptor>): Buffer => {
      const content = files.get(`blobs/${digest.replace(":", "/")}`) ?? assert.fail(`no blob ${digest}`);
      assert.equal(sha256(content), digest);
      assert.equal(content.length, size);
      return content;
    };
    const json = (content: Buffer | undefined): unknown => JSON.parse(content?.toString() ?? "");
    const index = z
      .object({ manifests: z.tuple([descriptor.extend({ annotations: z.record(z.string(), z.string()) })]) })
      .parse(json(files.get("index.json")));
    assert.equal(index.manifests[0].annotations["io.containerd.image.name"], "localhost/x:1");
    const manifest = z
      .object({ config: descriptor, layers: z.tuple([descriptor]) })
      .parse(json(blob(index.manifests[0])));
    const config = z
      .object({
        config: z.object({ Entrypoint: z.array(z.string()) }),
        rootfs: z.object({ diff_ids: z.tuple([z.string()]) }),
      })
      .parse(json(blob(manifest.config)));
    assert.deepEqual(config.config.Entrypoint, ["/x"]);
    assert.equal(sha256(zstdDecompressSync(blob(manifest.layers[0]))), config.rootfs.diff_ids[0]);
  });

  it("makes the same image of the same files", async () => {
    await make();
    const first = await filesOf(join(folder, "image.tar"));
    await make();
    assert.deepEqual(await filesOf(join(folder, "image.tar")), first);
  });
});

describe("importedImages", () => {
  const header = "REF TYPE DIGEST SIZE PLATFORMS LABELS";
  const line = (name: string, labels: string): string =>
    `${name} application/vnd.oci.image.manifest.v1+json sha256:01 1.3 MiB linux/amd64 ${labels} `;

  it("finds the artifact among the labels", () => {
    const labels = "cnpg-rgw.lab/artifact=image-pause-1-abc,io.cri-containerd.image=managed";
    assert.deepEqual(
      [...importedImages(`${header}\n${line("localhost/pause:1", labels)}\n`)],
      [["localhost/pause:1", "image-pause-1-abc"]],
    );
  });

  it("does not count an image whose import was cut short", () => {
    const listed = `${header}\n${line("localhost/pause:1", "io.cri-containerd.image=managed")}\n${line("localhost/x:1", "-")}\n`;
    assert.equal(importedImages(listed).size, 0);
    assert.equal(importedImages("").size, 0);
  });
});
