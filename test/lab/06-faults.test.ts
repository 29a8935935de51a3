import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { readFileSync } from "node:fs";
import { kubectl, lab, must, mustPulumi, pulumi, startPulumi } from "./support/lab.ts";
import { assertNoStackTrace } from "./support/stack-trace.ts";
import { rgwUser, setConfig, stackIsUp, uid } from "./support/stack.ts";
import { inFull, inFullAs } from "./support/full.ts";

const page = readFileSync(new URL("../../docs/ceph-setup.md", import.meta.url), "utf8");

before(stackIsUp);

/** `up` must fail, within its time, and say what is wrong. */
async function upFails(message: RegExp, seconds = 60): Promise<void> {
  const started = Date.now();
  const outcome = await pulumi(["up", "--yes", "--skip-preview"]);
  assert.notEqual(outcome.code, 0, outcome.all);
  assert.match(outcome.all, message);
  assertNoStackTrace(outcome.all);
  const took = (Date.now() - started) / 1000;
  assert.ok(took < seconds, `took ${took.toFixed(0)} s`);
}

describe("RgwUser", () => {
  inFull.it("takes a display name that a shell would choke on, as it is", async () => {
    const name = `$(touch /tmp/pwned) "double" 'single' \`tick\` ; & | \\ -- é 🐘`;
    await mustPulumi(["config", "set", "--path", "cnpg-rgw:rgwUser.displayName", name]);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.equal((await rgwUser(uid))?.display_name, name);
    assert.equal((await must("pve", ["sh", "-c", "ls /tmp"])).trim(), "");
  });

  inFull.it("brings quota and max-buckets to what is declared, and off again", async () => {
    await setConfig({
      "cnpg-rgw:rgwUser.quota.maxSizeBytes": "1073741824",
      "cnpg-rgw:rgwUser.maxBuckets": "4",
    });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const limited = await rgwUser(uid);
    assert.deepEqual(
      [limited?.max_buckets, limited?.user_quota.enabled, limited?.user_quota.max_size],
      [4, true, 1073741824],
    );
    await mustPulumi(["config", "rm", "--path", "cnpg-rgw:rgwUser.quota"]);
    await setConfig({ "cnpg-rgw:rgwUser.maxBuckets": "10" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.equal((await rgwUser(uid))?.user_quota.enabled, false);
  });
});

describe("single-disk settings", () => {
  const together = inFullAs("single-disk settings");
  const pool = "default.rgw.log";
  const size = async (): Promise<string> => must("pve", ["ceph", "osd", "pool", "get", pool, "size"]);

  together.it(
    "bring the gateway's pools to one copy, mute the warnings, and say loudly what that means",
    async () => {
      await must("pve", ["ceph", "osd", "pool", "set", pool, "size", "2"]);
      await must("pve", ["ceph", "health", "unmute", "POOL_NO_REDUNDANCY"]);
      assert.match(await size(), /size: 2/);
      await setConfig({
        "cnpg-rgw:singleDiskCeph.enabled": "true",
        "cnpg-rgw:singleDiskCeph.ceph": "sudo ceph",
      });
      const printed = await mustPulumi(["up", "--yes", "--skip-preview"]);
      assert.match(printed, /warning:.*(one|single) copy/i);
      assert.match(await size(), /size: 1/);
      assert.match(await must("pve", ["ceph", "health", "detail"]), /HEALTH_OK|MUTED|mutes/i);
      await mustPulumi(["preview", "--expect-no-changes"]);
    },
  );

  together.it(
    "are put back by the commands in docs/ceph-setup.md, and in force again when they are on again",
    async () => {
      const [, commands = "false"] = /```sh\n(for name in osd_pool_default_size [^]*?)```/.exec(page) ?? [];
      await setConfig({ "cnpg-rgw:singleDiskCeph.enabled": "false" });
      await mustPulumi(["up", "--yes", "--skip-preview"]);
      await must("pve", ["sh", "-ec", commands]);
      assert.match(await size(), /size: 2/);
      assert.doesNotMatch(await must("pve", ["ceph", "health", "detail"]), /MUTED|mutes/i);
      await setConfig({ "cnpg-rgw:singleDiskCeph.enabled": "true" });
      await mustPulumi(["up", "--yes", "--skip-preview"]);
      assert.match(await size(), /size: 1/);
    },
  );
});

describe("a cluster without the PodMonitor CRD", () => {
  const podMonitors = (): Promise<string> =>
    kubectl("-n", "cnpg-system", "get", "podmonitors.monitoring.coreos.com", "-o", "name");

  const bringCrdBack = async (): Promise<void> => {
    assert.equal((await lab(["up", "--no-provision"])).code, 0);
  };
  after(bringCrdBack);

  it("is found out before the release is touched; the error names the key that turns it off", async () => {
    await kubectl("delete", "crd", "podmonitors.monitoring.coreos.com");
    const before = await must("workstation", ["helm", "-n", "cnpg-system", "list", "-o", "json"]);
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /operator\.values\.monitoring\.podMonitorEnabled/);
    await upFails(/operator\.values\.monitoring\.podMonitorEnabled/);
    assert.equal(await must("workstation", ["helm", "-n", "cnpg-system", "list", "-o", "json"]), before);
  });

  inFull.it("can do without: once the key is set, the preview goes on", async () => {
    await setConfig({ "cnpg-rgw:operator.values.monitoring.podMonitorEnabled": "false" });
    await mustPulumi(["preview"]);
    await bringCrdBack();
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(await podMonitors(), "");
    await mustPulumi(["config", "rm", "--path", "cnpg-rgw:operator.values.monitoring"]);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.match(await podMonitors(), /podmonitor/);
  });
});

describe("Ctrl-C in the middle of up", () => {
  inFull.it("ends it at once, and the next up goes on from there", async () => {
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    const up = startPulumi(["up", "--yes", "--skip-preview"]);
    await up.printed(/cnpg-operator-release creating/);
    up.interrupt();
    const outcome = await up.ended;
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /cancel/i);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    await mustPulumi(["preview", "--expect-no-changes"]);
  });
});
