import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, it } from "mocha";

import { bootstrap, scriptText } from "../../../../components/ceph/ssh/remote-job.ts";
import { needsPython } from "./fake-ceph.ts";

interface Pool {
  pool_name: string;
  size: number;
  min_size: number;
  application_metadata: Record<string, object>;
}

/** A Ceph as its installer leaves it: three copies of everything. */
const fresh = {
  osds: 1,
  database: {} as Record<string, string>,
  database_of_mon: {} as Record<string, string>,
  conf: {} as Record<string, string>,
  pools: [
    { pool_name: ".rgw.root", size: 3, min_size: 2, application_metadata: { rgw: {} } },
    { pool_name: "vm-disks", size: 3, min_size: 2, application_metadata: { rbd: {} } },
  ] as Pool[],
  mutes: [] as { code: string; sticky: boolean }[],
  changes: [] as string[],
};
type State = typeof fresh;

needsPython.describe("the script for a Ceph of one disk", () => {
  const fake = new URL("./fake_ceph.py", import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), "single-disk-"));
  const file = join(folder, "state.json");
  const save = (changes: Partial<State> = {}): void => {
    writeFileSync(file, JSON.stringify({ ...fresh, ...changes }));
  };
  const state = (): State => JSON.parse(readFileSync(file, "utf8")) as State;
  after(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    save();
  });

  const run = () => {
    const script = scriptText("single_disk.py").replace("SECONDS_TO_TAKE_UP = 15", "SECONDS_TO_TAKE_UP = 0");
    const job = { ceph: `python3 -I -S '${fake}' '${file}'`, script };
    const input = JSON.stringify(job);
    const { status, stdout, stderr } = spawnSync("sh", ["-c", bootstrap("apply")], {
      input,
      encoding: "utf8",
    });
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  };

  it("brings the gateway's pools, and none of others, to one copy, and mutes the two warnings", () => {
    const { status, stderr } = run();
    assert.equal(status, 0, stderr);
    const { database, pools, mutes } = state();
    assert.deepEqual(database, {
      mon_allow_pool_size_one: "true",
      osd_pool_default_size: "1",
      osd_pool_default_min_size: "1",
    });
    assert.deepEqual(
      pools.map(({ pool_name, size, min_size }) => [pool_name, size, min_size]),
      [
        [".rgw.root", 1, 1],
        ["vm-disks", 3, 2],
      ],
    );
    assert.deepEqual(
      mutes.map(({ code, sticky }) => [code, sticky]),
      [
        ["POOL_NO_REDUNDANCY", true],
        ["TOO_FEW_OSDS", true],
      ],
    );
  });

  it("changes nothing a second time", () => {
    run();
    const { changes } = state();
    assert.equal(run().stdout, "unchanged");
    assert.deepEqual(state().changes, changes);
  });

  it("mutes for good what was muted for a while", () => {
    save({ mutes: [{ code: "POOL_NO_REDUNDANCY", sticky: false }] });
    assert.match(run().stdout, /POOL_NO_REDUNDANCY/);
  });

  it("refuses a Ceph that can keep copies, before it changes anything", () => {
    save({ osds: 2 });
    const { status, stderr } = run();
    assert.equal(status, 1);
    assert.match(stderr, /has 2 OSDs, so it can keep more than one copy\. Turn the single-disk settings off/);
    assert.deepEqual(state().changes, []);
  });

  it("says which setting of the monitors wins over its own", () => {
    save({ database_of_mon: { osd_pool_default_size: "3" } });
    const { status, stderr } = run();
    assert.equal(status, 1);
    assert.match(
      stderr,
      /osd_pool_default_size = 3 for the monitors.*`ceph config rm mon osd_pool_default_size`/,
    );
    assert.deepEqual(state().mutes, []);
  });

  it("says which line of ceph.conf wins over its settings, as on Proxmox VE", () => {
    save({ conf: { osd_pool_default_size: "3" } });
    const { status, stderr } = run();
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^mon\.a uses osd_pool_default_size = 3.*\/etc\/pve\/ceph\.conf.*restart the monitor/,
    );
    assert.deepEqual(state().mutes, []);
  });
});
