import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Puts a CA bundle into a file and returns its path: the AWS provider takes a path only. The file lies in the user's
 * cache folder, named by its content, so that it is the same one at each run, and still there for a later
 * `pulumi destroy`. On another machine, `pulumi preview` puts it there. The path starts with `~`, which the provider
 * expands, so that it is the same for every user and shows no change. That is why XDG_CACHE_HOME is not used.
 */
export function caFile(pem: string): string {
  const name = `ca-${createHash("sha256").update(pem).digest("hex").slice(0, 16)}.pem`;
  writeOnce(join(homedir(), ...folder, name), pem);
  return ["~", ...folder, name].join("/");
}

const folder = [".cache", "pulumi-cnpg-rgw"];

function writeOnce(path: string, pem: string): void {
  if (contentOf(path) === pem) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}`;
  writeFileSync(unfinished, pem, { mode: 0o600 });
  renameSync(unfinished, path);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
