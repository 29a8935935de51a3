import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Puts a CA bundle into a file and returns its path: the AWS provider takes a path only. The file lies in the user's
 * cache folder, named by its content, so that it is the same one at each run, and still there for a later
 * `pulumi destroy`. On another machine, `pulumi preview` puts it there.
 */
export function caFile(pem: string, folder = cacheFolder()): string {
  const path = join(folder, `ca-${createHash("sha256").update(pem).digest("hex").slice(0, 16)}.pem`);
  if (contentOf(path) === pem) return path;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}`;
  writeFileSync(unfinished, pem, { mode: 0o600 });
  renameSync(unfinished, path);
  return path;
}

function cacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME;
  return join(cache === undefined || cache === "" ? join(homedir(), ".cache") : cache, "pulumi-cnpg-rgw");
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
