import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "mocha";

export const installer = readFileSync(join(import.meta.dirname, "../../../ceph-host/install.py"), "utf8");

/** What the installer writes for sudo to run. */
const [, body = ""] = /^WRAPPER = r'''\n([^]*?)^'''$/m.exec(installer) ?? [];

type Program = "radosgw-admin" | "ceph";

export const uids = ["cnpg-backup", "tenant$user", "ü"];

/** As the installer's head of a wrapper. */
const head = (program: Program, real: string): string =>
  [
    "#!/usr/bin/env python3",
    'CEPH = "/etc/ceph"',
    'CLIENT = "client.x"',
    `PROGRAM = "${program}"`,
    `REAL = "${real}"`,
    `UIDS = [text.encode("utf-8") for text in ${JSON.stringify(uids)}]`,
    body,
  ].join("\n");

interface Call {
  code: number | null;
  stderr: string;
  /** What Ceph's program got after its three credentials, by the last call of it; undefined if it was not run. */
  argv: string[] | undefined;
  stdin: string;
}

/** A wrapper in a folder of its own, in front of a program in the shell's language that `$folder` belongs to. */
export function wrapper(program: Program, answers = "") {
  const folder = mkdtempSync(join(tmpdir(), "wrapper-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (name: string): string => join(folder, name);
  const real = `#!/bin/sh
folder='${folder}'
[ "$1 $2 $3" = "--conf=/etc/ceph/ceph.conf --name=client.x --keyring=/etc/ceph/ceph.client.x.keyring" ] || exit 90
[ "$PWD$HOME\${CEPH_ARGS-}" = //root ] || exit 91
shift 3
${answers}
printf '%s\\0' "$@" >"$folder/argv"
cat >"$folder/stdin"
`;
  writeFileSync(file("real"), real, { mode: 0o755 });
  writeFileSync(file(program), head(program, file("real")), { mode: 0o755 });
  const call = (args: readonly string[], input: string | Buffer = ""): Call => {
    for (const name of ["argv", "stdin"]) writeFileSync(file(name), "");
    const env = { ...process.env, CEPH_ARGS: "--keyring=/tmp/mine", HOME: folder };
    const { status, stderr } = spawnSync(file(program), args, { input, encoding: "utf8", env, cwd: folder });
    const argv = readFileSync(file("argv"), "utf8").split("\0").slice(0, -1);
    return {
      code: status,
      stderr,
      argv: argv.length === 0 ? undefined : argv,
      stdin: readFileSync(file("stdin"), "utf8"),
    };
  };
  return { path: file(program), file, call };
}

/**
 * Decides many command lines in one process, since to start Python takes longest: why each is refused, or null. Nothing
 * is run, and Ceph is of one disk.
 */
export function refusals(program: Program, lines: readonly (readonly string[])[]): (string | null)[] {
  const harness = `
def asked(*words):
    return {"num_osds": 1} if "stat" in words else [{"pool_name": ".rgw.root", "application_metadata": {"rgw": {}}}]
def checked_document(uid):
    return b"{}"
results = []
for line in json.load(sys.stdin):
    try:
        {"radosgw-admin": radosgw_admin, "ceph": ceph}[PROGRAM]([word.encode("utf-8") for word in line])
        results.append(None)
    except Refused as refused:
        results.append(str(refused))
print(json.dumps(results))
`;
  const script = head(program, "/nowhere").replace(/\nif __name__ ==[^]*$/, () => `\n${harness}`);
  const { status, stdout, stderr } = spawnSync("python3", ["-I", "-c", script], {
    input: JSON.stringify(lines),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as (string | null)[];
}

/** Decides JSON that is put for a user, against what is stored, in one process: what is then written, or null. */
export function documentsPut(stored: unknown, given: readonly string[]): (string | null)[] {
  const harness = `
import io
stored, given = json.load(sys.stdin)
def asked(*words):
    return json.loads(json.dumps(stored))
class Stdin:
    pass
results = []
for text in given:
    sys.stdin = Stdin()
    sys.stdin.buffer = io.BytesIO(text.encode("utf-8"))
    try:
        results.append(checked_document(b"cnpg-backup").decode("utf-8"))
    except Refused:
        results.append(None)
print(json.dumps(results))
`;
  const script = head("radosgw-admin", "/nowhere").replace(/\nif __name__ ==[^]*$/, () => `\n${harness}`);
  const { status, stdout, stderr } = spawnSync("python3", ["-I", "-c", script], {
    input: JSON.stringify([stored, given]),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as (string | null)[];
}
