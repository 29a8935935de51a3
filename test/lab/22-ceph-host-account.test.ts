/** What `ceph-host/install.py` lets the account do on a real host: sudo, cephx and Ceph's programs are the real ones. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { adminUser } from "../../lab/ceph/rootfs.ts";
import { setUpCephHost } from "./support/ceph-host.ts";
import { mustPulumi, must, on } from "./support/lab.ts";
import type { Outcome } from "./support/lab.ts";
import { stackIsUp, uid } from "./support/stack.ts";
import { checkoutCopy } from "./support/workspace.ts";

const bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"];
const asAccount = (argv: string[], input = ""): Promise<Outcome> =>
  on("pve", ["runuser", "-u", adminUser, "--", ...argv], { input });
const sudo = (argv: string[], input = ""): Promise<Outcome> => asAccount(["sudo", "-n", ...argv], input);
const radosgwAdmin = (words: string[], input = ""): Promise<Outcome> =>
  sudo(["radosgw-admin", ...words, ...bounds], input);

const other = "somebody-else";
const tenants = "shop$backup";

describe("the account on the Ceph host", () => {
  before(async () => {
    await stackIsUp();
    await must("pve", ["radosgw-admin", "user", "create", `--uid=${other}`, "--display-name=x"]);
    await setUpCephHost(`--uid=${tenants}`);
  });
  after(async () => {
    for (const name of [other, tenants]) await on("pve", ["radosgw-admin", "user", "rm", `--uid=${name}`]);
    await setUpCephHost(`--forget=${tenants}`);
  });

  it("changes nothing when it is set up again", async () => {
    assert.match(await setUpCephHost(`--uid=${uid}`, "--single-disk"), /^ok: [^\n]+$/);
  });

  it("manages a user of a tenant from its making to its end", async () => {
    const made = [
      "user",
      "create",
      `--uid=${tenants}`,
      "--display-name=x",
      "--access-key=of-22",
      "--gen-secret",
    ];
    assert.equal((await radosgwAdmin(made)).code, 0);
    const stored = (await radosgwAdmin(["metadata", "get", `user:${tenants}`])).stdout;
    const document = stored.replace('"display_name": "x"', '"display_name": "Ä"');
    const put = await radosgwAdmin(["metadata", "put", `user:${tenants}`], document);
    assert.equal(put.code, 0, put.all);
    assert.match((await radosgwAdmin(["user", "info", `--uid=${tenants}`])).stdout, /"display_name": "Ä"/);
    const rights = document.replace('"caps": []', '"caps": [{"type": "users", "perm": "*"}]');
    const refused = await radosgwAdmin(["metadata", "put", `user:${tenants}`], rights);
    assert.equal(refused.code, 77, refused.all);
    assert.match(refused.stderr, /metadata put changes caps/);
    const stolen = document.replace(`"user_id": "${tenants}"`, `"user_id": "${other}"`);
    assert.equal((await radosgwAdmin(["metadata", "put", `user:${tenants}`], stolen)).code, 77);
    assert.equal((await radosgwAdmin(["user", "rm", `--uid=${tenants}`])).code, 0);
  });

  it("touches no other user, no bucket and no rights", async () => {
    for (const words of [
      ["user", "info", `--uid=${other}`],
      ["metadata", "get", `user:${other}`],
      ["user", "rm", `--uid=${other}`],
      ["user", "rm", `--uid=${uid}`, "--purge-data"],
      ["user", "list"],
      ["caps", "add", `--uid=${uid}`, "--caps=users=*"],
      ["bucket", "rm", "--bucket=cnpg-backups"],
    ])
      assert.equal((await radosgwAdmin(words)).code, 77, words.join(" "));
  });

  it("does not become root by the options of Ceph's programs, by name or by path", async () => {
    const options = [
      "--log-file=/var/log/by-account",
      "--log-to-file=true",
      "--keyring=/nope /home/u/e.so /nope",
    ];
    for (const [program, code] of [
      ["radosgw-admin", 77],
      ["ceph", 77],
      ["/usr/bin/radosgw-admin", 1],
      ["/usr/bin/ceph", 1],
      ["sh", 1],
    ] as const)
      assert.equal((await sudo([program, ...options, "user", "list"])).code, code, program);
    assert.notEqual((await on("pve", ["test", "-e", "/var/log/by-account"])).code, 0);
    // Ceph's programs read a ceph.conf in the folder that they start in, if they are let.
    const folder = `cd && printf '[global]\\nlog_file = /var/log/by-account\\nlog_to_file = true\\n' >/tmp/ceph.conf; cd /tmp && exec "$@"`;
    await asAccount([
      "sh",
      "-c",
      folder,
      "sh",
      "sudo",
      "-n",
      "radosgw-admin",
      "user",
      "info",
      `--uid=${uid}`,
    ]);
    assert.notEqual((await on("pve", ["test", "-e", "/var/log/by-account"])).code, 0);
  });

  it("reads no keyring, not even its own", async () => {
    const keyrings = await must("pve", ["sh", "-c", "ls /etc/ceph/*.keyring"]);
    assert.match(keyrings, /ceph\.client\.cnpg-rgw-ceph-admin\.keyring/);
    for (const file of keyrings.trim().split("\n"))
      assert.notEqual((await asAccount(["cat", file])).code, 0, file);
  });

  it("sets one copy for the object gateway's pools, and for no other", async () => {
    const set = (pool: string, ...words: string[]): Promise<Outcome> =>
      sudo(["ceph", "osd", "pool", "set", pool, ...words, "--connect-timeout=5"]);
    assert.equal((await set(".rgw.root", "min_size", "1")).code, 0);
    assert.equal((await set(".mgr", "min_size", "1")).code, 77);
    assert.equal((await set(".rgw.root", "size", "3")).code, 77);
  });
});

describe("a host with README's former rule of sudo", () => {
  const rule = "/etc/sudoers.d/former";
  const setFormerRule = `echo '${adminUser} ALL=(root) NOPASSWD: /usr/bin/radosgw-admin' >${rule} && chmod 440 ${rule}`;
  after(() => must("pve", ["rm", "-f", rule]));

  it("is warned of in the preview, which changes nothing, until the command in the warning has run", async () => {
    await stackIsUp();
    assert.doesNotMatch(await mustPulumi(["preview", "--expect-no-changes"]), /become root/);
    await must("pve", ["sh", "-c", setFormerRule]);
    const printed = await mustPulumi(["preview", "--expect-no-changes"]);
    const [, command = ""] =
      /can become root[^`]*`(ssh root@[^`]+)`/.exec(printed.replaceAll(/\n\s*/g, " ")) ?? [];
    const [, remote = "", file = ""] = /^ssh root@\S+ '([^']+)' < (\S+)$/.exec(command) ?? [];
    assert.match(remote, /^python3 - --user=ceph-admin --uid=cnpg-backup$/, printed);
    const input = readFileSync(join(checkoutCopy, file), "utf8");
    assert.match(await must("pve", ["sh", "-c", remote], { input }), /removed \/etc\/sudoers\.d\/former/);
    assert.doesNotMatch(await mustPulumi(["preview", "--expect-no-changes"]), /become root/);
  });
});
