import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAudit } from "../../../../lab/ceph/audit.ts";
import type { AuditEntry } from "../../../../lab/ceph/audit.ts";
import { wrapperScript } from "../../../../lab/ceph/wrappers.ts";

export interface Call {
  readonly code: number | null;
  readonly stderr: string;
  /** What the program behind the wrapper got, without the credentials that come first; undefined if not run. */
  readonly argv: readonly string[] | undefined;
  readonly stdin: string;
  readonly audit: readonly AuditEntry[];
}

/** Runs one of the wrappers with a program in the place of Ceph's that tells what it got. */
export function callWrapper(name: "radosgw-admin" | "ceph", args: readonly string[], input = ""): Call {
  const folder = mkdtempSync(join(tmpdir(), "wrapper-"));
  const file = (path: string): string => join(folder, path);
  try {
    const wrapper = wrapperScript(name)
      .replace(/^real=.*$/m, `real=${file("real")}`)
      .replace(/^audit=.*$/m, `audit=${file("audit")}`);
    const real = `#!/bin/sh\nprintf '%s\\0' "$@" >${file("argv")}\ncat >${file("stdin")}\n[ -z "$CEPH_ARGS" ] || exit 99\n`;
    writeFileSync(file("wrapper"), wrapper);
    writeFileSync(file("real"), real, { mode: 0o755 });
    for (const path of ["argv", "stdin", "audit"]) writeFileSync(file(path), "");
    const env = { ...process.env, CEPH_ARGS: "--keyring=/tmp/mine" };
    const { status, stderr } = spawnSync("sh", [file("wrapper"), ...args], { input, encoding: "utf8", env });
    const argv = readFileSync(file("argv"), "utf8").split("\0").slice(0, -1);
    return {
      code: status,
      stderr,
      argv: argv.length === 0 ? undefined : argv.slice(2),
      stdin: readFileSync(file("stdin"), "utf8"),
      audit: parseAudit(readFileSync(file("audit"), "utf8")),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
