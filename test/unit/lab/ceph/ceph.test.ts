import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { callWrapper } from "./wrapper.ts";

const options = ["--connect-timeout=5", "--format=json"];

const allowed: readonly string[][] = [
  ["status", ...options],
  ["osd", "stat", ...options],
  ["osd", "pool", "ls", "detail", ...options],
  ["config", "get", "mon", "osd_pool_default_size", "--connect-timeout=5"],
  ["config", "show", "mon.a", "osd_pool_default_min_size", "--connect-timeout=5"],
  ["config", "set", "global", "mon_allow_pool_size_one", "true", ...options],
  ["config", "set", "global", "osd_pool_default_min_size", "1"],
  ["osd", "pool", "set", "default.rgw.log", "size", "1", "--yes-i-really-mean-it", ...options],
  ["osd", "pool", "set", ".rgw.root", "min_size", "1"],
  ["health", "mute", "POOL_NO_REDUNDANCY", "--sticky", ...options],
];

const refused: readonly string[][] = [
  [],
  ["auth", "ls"],
  ["auth", "get", "client.admin"],
  ["osd", "pool", "delete", "p", "p", "--yes-i-really-really-mean-it"],
  ["osd", "pool", "set", "p", "pg_num", "64"],
  ["osd", "pool", "set", "p", "size", "0"],
  ["osd", "pool", "set", "p", "size", "10"],
  ["config", "set", "global", "mon_allow_pool_delete", "true"],
  ["config", "set", "mon", "mon_allow_pool_size_one", "true"],
  ["config", "set", "global", "mon_allow_pool_size_one", "true false"],
  ["config", "get", "mon", "rgw_crypt_s3_kms_encryption_keys"],
  ["config", "show", "mon.a"],
  ["config", "show", "client.rgw.a", "rgw_keystone_admin_token"],
  ["health", "mute", "OSD_FULL"],
  ["health", "mute", "TOO_FEW_OSDS", "4w"],
  ["-k", "/tmp/keyring", "status"],
  ["-n", "client.admin", "status"],
  ["status", "-o", "/etc/passwd"],
  ["status", "-i", "/etc/shadow"],
  ["status", "--keyring=/tmp/k"],
  ["status", "--admin-daemon", "/run/ceph/x.asok"],
  ["status", "--format"],
];

describe("sudo ceph on the Ceph host", () => {
  for (const args of allowed) {
    it(`runs ${args.join(" ")}`, () => {
      const { code, argv, audit } = callWrapper("ceph", args);
      assert.equal(code, 0);
      assert.deepEqual(argv, args);
      assert.equal(audit[0]?.outcome, "run");
    });
  }

  for (const args of refused) {
    it(`refuses ${args.join(" ") || "nothing"}`, () => {
      const { code, argv, stderr } = callWrapper("ceph", args);
      assert.equal(code, 77);
      assert.equal(argv, undefined);
      assert.match(stderr, /^ceph: refused: /);
    });
  }
});
