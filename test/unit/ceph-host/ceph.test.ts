import assert from "node:assert/strict";
import { it } from "mocha";

import { needsPython } from "../components/ceph/fake-ceph.ts";
import { refusals, wrapper } from "./wrapper.ts";

const options = ["--connect-timeout=5", "--format=json"];
const size = "osd_pool_default_size";

const allowed: string[][] = [
  ["status", ...options],
  ["osd", "stat", ...options],
  ["osd", "pool", "ls", "detail", ...options],
  ["config", "get", "mon", size, "--connect-timeout=5"],
  ["config", "show", "mon.pve-1", "osd_pool_default_min_size", "--connect-timeout=5"],
  ["config", "set", "global", "mon_allow_pool_size_one", "true", ...options],
  ["config", "set", "global", "osd_pool_default_min_size", "1"],
  ["osd", "pool", "set", ".rgw.root", "size", "1", "--yes-i-really-mean-it", ...options],
  ["osd", "pool", "set", ".rgw.root", "min_size", "1"],
  ["health", "mute", "POOL_NO_REDUNDANCY", "--sticky", ...options],
];

const refused: string[][] = [
  [],
  [""],
  ["auth", "ls"],
  ["auth", "get", "client.admin"],
  ["osd", "pool", "delete", "p", "p", "--yes-i-really-really-mean-it"],
  ["osd", "pool", "set", ".rgw.root", "pg_num", "64"],
  ["osd", "pool", "set", ".rgw.root", "size", "0"],
  ["osd", "pool", "set", ".rgw.root", "size", "2"],
  ["osd", "pool", "set", "vm-disks", "size", "1"],
  ["osd", "pool", "set", ".rgw.root size", "1"],
  ["config", "set", "global", "mon_allow_pool_delete", "true"],
  ["config", "set", "global", "mon_allow_pool_size_one", "false"],
  ["config", "set", "mon", "mon_allow_pool_size_one", "true"],
  ["config", "set", "global", size, "1\n"],
  ["config", "get", "mon", "rgw_crypt_s3_kms_encryption_keys"],
  ["config", "show", "mon.a"],
  ["config", "show", "client.rgw.a", size],
  ["health", "mute", "OSD_FULL"],
  ["health", "mute", "TOO_FEW_OSDS", "4w"],
  ["-k", "/tmp/keyring", "status"],
  ["-n", "client.admin", "status"],
  ["status", "-o", "/etc/passwd"],
  ["status", "-i", "/etc/shadow"],
  ["status", "--keyring=/tmp/k"],
  ["status", "--log-file=/etc/cron.d/x"],
  ["status", "--admin-daemon", "/run/ceph/x.asok"],
  ["status", "--format"],
  ["status", "--format=json", "--format=json"],
];

needsPython.describe("what sudo runs for ceph on the Ceph host", () => {
  const answers = (osds: number): string =>
    `case "$1 $2 $3" in
  "osd stat "*) echo '{"num_osds": ${osds}}'; exit ;;
  "osd pool ls") echo '[{"pool_name": ".rgw.root", "application_metadata": {"rgw": {}}}]'; exit ;;
esac`;
  const change = ["osd", "pool", "set", ".rgw.root", "size", "1"];

  it("runs what the script needs, and refuses everything else", () => {
    const lines = [...allowed, ...refused];
    const reasons = refusals("ceph", lines);
    for (const [i, line] of lines.entries()) {
      assert.equal(reasons[i] === null, i < allowed.length, JSON.stringify(line));
    }
  });

  it("asks Ceph whether it has one disk, and changes nothing on one that has more", () => {
    const one = wrapper("ceph", answers(1)).call(change);
    assert.deepEqual([one.code, one.argv], [0, change]);
    const two = wrapper("ceph", answers(2)).call(change);
    assert.deepEqual([two.code, two.argv], [77, undefined]);
    assert.match(two.stderr, /^ceph: refused: a single copy of anything: this Ceph has more than one disk/);
  });

  it("asks Ceph whose pool it is", () => {
    const { code, argv, stderr } = wrapper("ceph", answers(1)).call([...change.with(3, "vm-disks")]);
    assert.deepEqual([code, argv], [77, undefined]);
    assert.match(stderr, /pool vm-disks, which is not the object gateway's/);
  });

  it("passes on that Ceph does not answer", () => {
    const { code, argv } = wrapper("ceph", "exit 110").call(change);
    assert.deepEqual([code, argv], [110, undefined]);
  });
});
