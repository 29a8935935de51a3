import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cephConf, clusterConfig } from "../../../../lab/ceph/config.ts";

function section(text: string, name: string): Record<string, string> {
  const body = text.split(/^\[/m).find((part) => part.startsWith(`${name}]`)) ?? "";
  return Object.fromEntries(
    [...body.matchAll(/^(\w+) = (.*)$/gm)].map(([, key = "", value = ""]) => [key, value]),
  );
}

describe("ceph.conf", () => {
  const conf = cephConf("11111111-2222-4333-8444-555555555555");

  it("binds every daemon to the host's address", () => {
    const global = section(conf, "global");
    assert.equal(global.fsid, "11111111-2222-4333-8444-555555555555");
    assert.equal(global.public_addr, "10.0.0.10");
    assert.match(global.mon_host ?? "", /v2:10\.0\.0\.10:3300/);
    const { rgw_frontends } = section(conf, "client.rgw.a");
    assert.match(rgw_frontends ?? "", /^beast endpoint=10\.0\.0\.10:7480 ssl_endpoint=10\.0\.0\.10:7443 /);
  });

  it("leaves one copy per pool to the monitor's settings, where the single-disk settings see it", () => {
    assert.doesNotMatch(conf, /pool_default_size|pool_size_one/);
    const { osd_pool_default_size, osd_pool_default_min_size, mon_allow_pool_size_one } = section(
      clusterConfig,
      "global",
    );
    assert.deepEqual(
      [osd_pool_default_size, osd_pool_default_min_size, mon_allow_pool_size_one],
      ["1", "1", "true"],
    );
  });
});
