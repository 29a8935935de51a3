import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, it } from "mocha";

import { z } from "zod";

import { needsPython } from "../components/ceph/fake-ceph.ts";
import { installer } from "./wrapper.ts";

/** Programs of a Ceph host, as far as the installer uses them. `$T` is the host's folder. */
const programs: Record<string, string> = {
  ceph: `echo "$*" >>$T/calls
case "$*" in
  *get-or-create*) printf '[%s]\\n\\tkey = AQ==\\n' "$4" ;;
  "--conf="*) shift 3; echo "{}" ;;
esac`,
  "radosgw-admin": `[ ! -e $T/broken ] || { echo "mon: permission denied" >&2; exit 13; }; exit 2`,
  useradd: `echo "useradd $*" >>$T/calls`,
  visudo: `! grep -q BROKEN "$3"`,
  runuser: `while [ "$1" != -- ]; do shift; done; shift; HOME=$T/home PATH=$T/folder:$PATH exec "$@"`,
  sudo: `case "$*" in *"-l -U"*) cat $T/rules; exit ;; esac
program=$2; shift 2; exec "$T/library/ceph-admin/$program" "$@"`,
};

needsPython.describe("ceph-host/install.py", () => {
  let host = "";
  const file = (...path: string[]): string => join(host, ...path);
  const text = (...path: string[]): string => readFileSync(file(...path), "utf8");
  beforeEach(() => {
    host = mkdtempSync(join(tmpdir(), "ceph-host-"));
    for (const folder of ["bin", "etc", "sudoers.d", "home"]) mkdirSync(file(folder));
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(file("bin", name), `#!/bin/sh\nT='${host}'\n${script}\n`, { mode: 0o755 });
    }
    writeFileSync(file("etc", "ceph.conf"), "");
    writeFileSync(file("etc", "ceph.client.admin.keyring"), "", { mode: 0o000 });
    for (const name of ["calls", "rules"]) writeFileSync(file(name), "");
  });
  afterEach(() => {
    rmSync(host, { recursive: true });
  });

  const install = (...options: string[]) => {
    const path = `${host}/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    const script = installer
      .replace(/^LIBRARY = .*$/m, `LIBRARY = "${file("library")}"`)
      .replace(/^SUDOERS = .*$/m, `SUDOERS = "${file("sudoers.d")}"`)
      .replace(/^CEPH = .*$/m, `CEPH = "${file("etc")}"`)
      .replaceAll(/^PATH = .*$/gm, `PATH = "${path}"`)
      .replace("os.geteuid() != 0", "False")
      // Of root nothing is hidden, and these tests may run as root.
      .replace("test ! -r", "test ! -e /nowhere || test ! -r");
    const { status, stdout, stderr } = spawnSync("python3", ["-", ...options], {
      input: script,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  const succeeds = (...options: string[]): string => {
    const { status, stdout, stderr } = install(...options);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const sudoers = (): string => text("sudoers.d", "cnpg-rgw-ceph-admin");

  it("sets an account up, says what it did, and does nothing when it is run again", () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK2QYbjEjR7/MV27b+hCDAmtUzsmRx2ve0lAbVDo8d9p it's me";
    const options = ["--uid", "cnpg-backup", "--uid=tenant$user", "--key", key];
    const printed = succeeds(...options);
    assert.match(printed, /made account ceph-admin\nadded the key[^]*ok: .*: cnpg-backup, tenant\$user\n$/);
    assert.equal(text("home", ".ssh", "authorized_keys"), `restrict ${key}\n`);
    const wrapper = file("library", "ceph-admin", "radosgw-admin");
    assert.match(readFileSync(wrapper, "utf8"), /^UIDS = \[b'cnpg-backup', b'tenant\$user'\]$/m);
    assert.match(sudoers(), new RegExp(`^ceph-admin ALL=\\(root\\) NOPASSWD: ${wrapper}\n$`, "m"));
    assert.doesNotMatch(sudoers(), /NOPASSWD: \/usr\/bin|ceph-admin\/ceph$/m);
    assert.match(sudoers(), new RegExp(`secure_path="${file("library", "ceph-admin")}:`));
    const mode = (...path: string[]): string => (statSync(file(...path)).mode & 0o777).toString(8);
    assert.equal(mode("etc", "ceph.client.cnpg-rgw-ceph-admin.keyring"), "600");
    assert.equal(mode("sudoers.d", "cnpg-rgw-ceph-admin"), "440");
    assert.equal(mode("library", "ceph-admin", "radosgw-admin"), "755");
    const again = succeeds(...options.slice(0, -2), "--key", key).replace("made account ceph-admin\n", "");
    assert.match(again, /^ok: [^\n]+\n$/);
  });

  it("gives its cephx users what they need and no more", () => {
    succeeds("--uid=cnpg-backup", "--single-disk");
    const caps = text("calls")
      .split("\n")
      .filter((line) => line.includes("auth caps"));
    assert.equal(caps.length, 2);
    assert.match(caps[0] ?? "", /client\.cnpg-rgw-ceph-admin mon allow r osd allow rwx tag rgw \*=\*$/);
    assert.match(caps[1] ?? "", /client\.cnpg-rgw-pools-ceph-admin mon allow r, .* mgr allow r$/);
    for (const line of caps) assert.doesNotMatch(line, /allow (?:\*|rw(?!x tag)|profile)/);
  });

  it("adds a uid to those before, and forgets one that it is told to", () => {
    succeeds("--uid=a");
    assert.match(succeeds("--uid=b"), /RGW users: a, b\n$/);
    assert.match(succeeds("--single-disk"), /radosgw-admin, ceph; for RGW users: a, b\n$/);
    assert.match(succeeds("--forget=a"), /radosgw-admin, ceph; for RGW users: b\n$/);
    assert.match(succeeds("--forget=b"), /as root: ceph; for RGW users: none\n$/);
    assert.doesNotMatch(sudoers(), /ceph-admin\/radosgw-admin$/m);
  });

  it("ends README's former rules, each once what replaces it works, and leaves others alone", () => {
    const former = (name: string): string => `ceph-admin ALL=(root) NOPASSWD: /usr/bin/${name}\n`;
    writeFileSync(file("sudoers.d", "ceph-admin"), former("radosgw-admin"));
    writeFileSync(file("sudoers.d", "ceph-admin-pools"), former("ceph"));
    writeFileSync(file("sudoers.d", "mine"), "mona ALL=(root) NOPASSWD: /usr/bin/ceph\n");
    writeFileSync(file("broken"), "");
    const { status, stderr } = install("--uid=a");
    assert.equal(status, 1);
    assert.match(stderr, /^install\.py: `runuser .*` failed with exit code 13: mon: permission denied$/m);
    assert.ok(existsSync(file("sudoers.d", "ceph-admin")));
    rmSync(file("broken"));
    assert.match(succeeds("--uid=a"), /removed .*sudoers\.d\/ceph-admin, which let ceph-admin become root/);
    assert.deepEqual(readdirSync(file("sudoers.d")).sort(), [
      "ceph-admin-pools",
      "cnpg-rgw-ceph-admin",
      "mine",
    ]);
    succeeds("--single-disk");
    assert.deepEqual(readdirSync(file("sudoers.d")).sort(), ["cnpg-rgw-ceph-admin", "mine"]);
  });

  it("warns of what else sudo lets the account do", () => {
    writeFileSync(
      file("rules"),
      `    env_reset\n    (root) NOPASSWD: ${file("library", "ceph-admin", "radosgw-admin")}\n    (ALL) NOPASSWD: ALL\n`,
    );
    const warnings = succeeds("--uid=a").match(/^WARNING: .*$/gm);
    assert.deepEqual(warnings, [
      "WARNING: sudo lets ceph-admin run more: (ALL) NOPASSWD: ALL. If nothing else needs that, remove it.",
    ]);
  });

  it("puts no rule in force that visudo refuses", () => {
    writeFileSync(file("bin", "visudo"), "#!/bin/sh\necho 'syntax error' >&2; exit 1\n");
    const { status, stderr } = install("--uid=a");
    assert.equal(status, 1);
    assert.match(stderr, /visudo.*syntax error/);
    assert.ok(!existsSync(file("sudoers.d", "cnpg-rgw-ceph-admin")));
  });

  it("takes all of it out again", () => {
    const before = [readdirSync(file("etc")), readdirSync(file("sudoers.d"))];
    succeeds("--uid=a", "--single-disk");
    assert.match(
      succeeds("--uninstall"),
      /RGW users and buckets are as they were.*userdel --remove ceph-admin/,
    );
    assert.deepEqual([readdirSync(file("etc")), readdirSync(file("sudoers.d"))], before);
    assert.ok(!existsSync(file("library")));
    assert.match(
      text("calls"),
      /auth rm client\.cnpg-rgw-ceph-admin\n.*auth rm client\.cnpg-rgw-pools-ceph-admin/,
    );
    succeeds("--uninstall");
  });

  const refused: [what: string, options: string[], prepare: () => void, said: RegExp][] = [
    ["no uid", [], () => undefined, /Name the RGW user with --uid/],
    ["root", ["--user=root", "--uid=a"], () => undefined, /root is root\. Give another account/],
    ["a name with a slash", ["--user=../x", "--uid=a"], () => undefined, /--user must be/],
    ["a private key", ["--uid=a", "--key=-----BEGIN"], () => undefined, /--key must be one public key/],
    ["two lines of keys", ["--uid=a", "--key=ssh-rsa AA\nssh-rsa AA"], () => undefined, /--key must be one/],
    [
      "a host without the program",
      ["--uid=a"],
      () => {
        rmSync(file("bin", "radosgw-admin"));
      },
      /There is no radosgw-admin on this host\. Install .*cephadm install ceph-common/,
    ],
    [
      "a host that is no administrator's",
      ["--uid=a"],
      () => {
        rmSync(file("etc", "ceph.conf"));
      },
      /no .*ceph\.conf on this host\. Run this on a host that has it/,
    ],
    [
      "a Ceph that does not answer",
      ["--uid=a"],
      () => {
        writeFileSync(file("bin", "ceph"), "#!/bin/sh\necho 'connecting: timed out' >&2; exit 110\n");
        chmodSync(file("bin", "ceph"), 0o755);
      },
      /`ceph --connect-timeout=10 auth get-or-create .*` failed with exit code 110: connecting: timed out/,
    ],
  ];
  for (const [what, options, prepare, said] of refused) {
    it(`refuses, and changes no rule of sudo: ${what}`, () => {
      prepare();
      const { status, stderr } = install(...options);
      assert.equal(status, 1);
      assert.match(stderr, said);
      assert.deepEqual(readdirSync(file("sudoers.d")), []);
    });
  }

  it("gives accounts of like names files, users and rules of their own", () => {
    const names = ["a.b", "a_b", "a_2eb", "a-b"];
    const program = `${installer.replace(/^main\(\)$/m, "")}
import json
of = [Account(name) for name in sys.argv[1:]]
print(json.dumps([[one.folder, one.sudoers] + sorted(one.clients.values()) for one in of]))`;
    const { stdout, stderr } = spawnSync("python3", ["-c", program, ...names], { encoding: "utf8" });
    const found = z.array(z.array(z.string())).parse(JSON.parse(stdout || JSON.stringify(stderr)));
    assert.equal(new Set(found.flat()).size, 4 * names.length);
    assert.ok(found.every(([, rule]) => !rule?.includes(".", "/etc/sudoers.d".length)));
  });
});
