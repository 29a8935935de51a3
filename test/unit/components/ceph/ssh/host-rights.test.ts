import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";

import {
  mendCommand,
  rightsProblem,
  rightsProblemNow,
} from "../../../../../components/ceph/ssh/host-rights.ts";
import type { Account, HostRights } from "../../../../../components/ceph/ssh/host-rights.ts";
import { bootstrap, scriptText } from "../../../../../components/ceph/ssh/remote-job.ts";
import { startSshServer } from "../../../../support/ssh-server.ts";
import type { SshServer } from "../../../../support/ssh-server.ts";
import { needsPython } from "../fake-ceph.ts";

const connection = { host: "10.0.0.10", port: 22, user: "ceph-admin", hostKey: "", privateKey: "" };
const ofUser: Account = { connection, command: "sudo radosgw-admin", uid: "cnpg-backup" };
const ofPools: Account = { connection, command: "sudo ceph" };
const installed = "(root) NOPASSWD: /usr/local/lib/cnpg-rgw/ceph-admin/radosgw-admin";
const rights = (...rules: string[]): HostRights => ({
  isRoot: false,
  usesSudo: true,
  rules,
  uids: rules.includes(installed) ? ["cnpg-backup"] : null,
});
const mend =
  /: `ssh root@10\.0\.0\.10 'python3 - --user=ceph-admin --uid=cnpg-backup' < ceph-host\/install\.py`$/;

describe("rights of the account on the Ceph host", () => {
  const wellSetUp: [string, HostRights, Account][] = [
    ["what the installer makes", rights(installed), ofUser],
    ["the same for pools", rights(installed, installed.replace("radosgw-admin", "ceph")), ofPools],
    ["a keyring of its own", { ...rights(), usesSudo: false }, { ...ofUser, command: "radosgw-admin" }],
    ["a wrapper of one's own", rights("(root) NOPASSWD: /usr/local/sbin/radosgw-admin"), ofUser],
    ["one command, spelt out", rights("(root) NOPASSWD: /usr/bin/radosgw-admin user info --uid\\=x"), ofUser],
    ["root for whoever knows the password", rights(installed, "(ALL : ALL) ALL"), ofUser],
    ["another user than root", rights(installed, "(ceph) NOPASSWD: /usr/bin/radosgw-admin"), ofUser],
    ["others for other ends", rights(installed, "(root) NOPASSWD: /usr/bin/systemctl restart x"), ofUser],
  ];
  for (const [what, found, account] of wellSetUp) {
    it(`are fine: ${what}`, () => {
      assert.equal(rightsProblem(found, account), undefined);
    });
  }

  const root: [string, string, string][] = [
    ["README's former rule", "(root) NOPASSWD: /usr/bin/radosgw-admin", '"/usr/bin/radosgw-admin"'],
    ["everything", "(ALL) NOPASSWD: ALL", '"ALL"'],
    ["everything, beside what needs a password", "(ALL : ALL) PASSWD: /bin/ls, NOPASSWD: ALL", '"ALL"'],
    [
      "any arguments",
      "(root) NOPASSWD: /bin/id, /usr/bin/radosgw-admin user *",
      '"/usr/bin/radosgw-admin user *"',
    ],
    ["the containers' tool", "(root) SETENV: NOPASSWD: /usr/sbin/cephadm", '"/usr/sbin/cephadm"'],
  ];
  for (const [what, rule, named] of root) {
    it(`are root: ${what}`, () => {
      const said = rightsProblem(rights(installed, rule), ofUser) ?? "";
      assert.ok(said.startsWith("ceph-admin@10.0.0.10 can become root on the Ceph host"), said);
      assert.ok(said.includes(`sudo lets it run ${named} with any option`), said);
      assert.match(said, mend);
    });
  }

  it("are told of ceph where ceph is what is used", () => {
    const rule = "(root) NOPASSWD: /usr/bin/ceph";
    assert.equal(rightsProblem(rights(installed, rule), ofUser), undefined);
    const said = rightsProblem(rights(rule), ofPools) ?? "";
    assert.match(said, /"\/usr\/bin\/ceph" with any option.* --single-disk' < ceph-host/);
  });

  it("are told where the login is root, once", () => {
    const found = { ...rights(), isRoot: true };
    assert.match(
      rightsProblem(found, ofUser) ?? "",
      /is root on the Ceph host.*docs\/ceph-setup\.md.*cephHost\.user/,
    );
    assert.equal(rightsProblem(found, ofPools), undefined);
  });

  it("are told where there are none, or for other users", () => {
    assert.match(rightsProblem(rights(), ofUser) ?? "", /run nothing on the Ceph host without a password/);
    assert.match(rightsProblem(rights(), ofUser) ?? "", mend);
    const other = rightsProblem(rights(installed), { ...ofUser, uid: "shop" }) ?? "";
    assert.match(other, /not set up for RGW user "shop" on the Ceph host.* --uid=shop'/);
  });

  it("end with the setting that has to follow, where the command is another", () => {
    const account = { ...ofUser, command: "sudo cephadm shell -- radosgw-admin" };
    const said = rightsProblem(rights("(root) NOPASSWD: /usr/sbin/cephadm"), account) ?? "";
    assert.match(said, /, then run `pulumi config set cnpg-rgw:radosgwAdmin 'sudo radosgw-admin'`$/);
  });

  it("are mended by a command that both shells read as it is meant", () => {
    const uid = "tenant$user `id` 'x' \"y\" !\\";
    const command = mendCommand({ ...ofUser, connection: { ...connection, port: 2222 }, uid });
    // In the place of ssh, a shell that is handed the command line as a server would hand it on.
    const ssh = 'ssh() { echo "$1 $2 $3"; shift 3; sh -c "$*"; }; python3() { printf "%s\\n" "$@"; }; ';
    const inner = 'python3() { printf "%s\\n" "$@"; }; ';
    const script = ssh.replace('sh -c "$*"', `sh -c '${inner}'"$*"`) + command.replace(/< .*$/, "");
    const { stdout, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    assert.equal(stdout, `-p 2222 root@10.0.0.10\n-\n--user=ceph-admin\n--uid=${uid}\n`, stderr);
  });
});

needsPython.describe("the look at the rights", () => {
  let server: SshServer;
  const folder = mkdtempSync(join(tmpdir(), "host-rights-"));
  before(async () => {
    server = await startSshServer();
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await server.close();
  });

  it("asks the host by SSH, and says nothing where it does not answer", async () => {
    const { port, hostKey, privateKey } = server;
    const here = { host: "127.0.0.1", port, user: "ceph-admin", hostKey, privateKey };
    const said = await rightsProblemNow({ ...ofUser, connection: here });
    const isRoot = process.getuid?.() === 0;
    assert.match(said ?? "", isRoot ? /is root on the Ceph host/ : /./);
    assert.deepEqual(server.commands.at(-1), bootstrap("inspect"));
    assert.equal(await rightsProblemNow({ ...ofUser, connection: { ...here, port: 1 } }), undefined);
  });

  const look = (command: string, listed: string): unknown => {
    writeFileSync(join(folder, "sudo"), `#!/bin/sh\n[ "$*" = "-n -l" ] && cat <<'X'\n${listed}\nX\n`, {
      mode: 0o755,
    });
    const script = scriptText("host_rights.py").replaceAll("os.geteuid()", "1000");
    const { stdout, stderr } = spawnSync("sh", ["-c", bootstrap("inspect")], {
      input: JSON.stringify({ command, script }),
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` },
    });
    assert.equal(stderr, "");
    return JSON.parse(stdout);
  };

  it("reads sudo's list, only where sudo is used", () => {
    const listed = `Matching Defaults entries for ceph-admin on pve:
    env_reset, secure_path=/usr/sbin\\:/usr/bin

User ceph-admin may run the following commands on pve:
    (root) NOPASSWD: /usr/bin/radosgw-admin
    (ALL : ALL) ALL`;
    const rules = ["(root) NOPASSWD: /usr/bin/radosgw-admin", "(ALL : ALL) ALL"];
    for (const command of ["sudo radosgw-admin", "env /usr/bin/sudo -n radosgw-admin"])
      assert.deepEqual(look(command, listed), { isRoot: false, usesSudo: true, rules, uids: null });
    assert.deepEqual(look("radosgw-admin", listed), {
      isRoot: false,
      usesSudo: false,
      rules: [],
      uids: null,
    });
  });
});
