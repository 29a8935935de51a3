import { createReadStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";

/** A file of a tar archive. */
export interface TarEntry {
  readonly name: string;
  readonly type?: "file" | "directory" | "symlink";
  readonly mode?: number;
  /** The file whose content this is; for a text, `text`. */
  readonly source?: string;
  readonly text?: string;
  readonly linkname?: string;
}

const epoch = new Date(0);

async function fill(pack: tar.Pack, entries: readonly TarEntry[]): Promise<void> {
  for (const { name, type = "file", mode = 0o755, source, text = "", linkname } of entries) {
    const header = { name, type, mode, mtime: epoch, uid: 0, gid: 0 };
    if (type === "symlink" && linkname !== undefined) pack.entry({ ...header, linkname });
    else if (type === "directory") pack.entry(header);
    else if (source === undefined) pack.entry(header, text);
    else await pipeline(createReadStream(source), pack.entry({ ...header, size: statSync(source).size }));
  }
  pack.finalize();
}

/** A tar archive of the given files, owned by root; the same files make the same archive. */
export function tarOf(entries: readonly TarEntry[]): tar.Pack {
  const pack = tar.pack();
  fill(pack, entries).catch((error: unknown) => {
    pack.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return pack;
}
