import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The commands that ceph-admin may run as root, each by a wrapper that lets through just what it needs. */
export const wrapped = ["radosgw-admin", "ceph"] as const;

/** The whole script of a wrapper. */
export function wrapperScript(name: (typeof wrapped)[number]): string {
  const part = (file: string): string =>
    readFileSync(join(import.meta.dirname, "wrappers", `${file}.sh`), "utf8");
  return part(name) + part("common");
}
