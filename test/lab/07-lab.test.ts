import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { execa } from "execa";
import { lab, labKilledAfter, labKilledOnce, mustPulumi } from "./support/lab.ts";
import {
  daemons,
  leftovers,
  pidOf,
  killEverything,
  network,
  recordedMachine,
  runDir,
  sysctls,
} from "./support/machine.ts";
import { inFull } from "./support/full.ts";

async function comesUp(): Promise<string> {
  const outcome = await lab(["up"], { timeoutMs: 300_000 });
  assert.equal(outcome.code, 0, outcome.all);
  return outcome.all;
}

async function goesDown(): Promise<void> {
  const outcome = await lab(["down"]);
  assert.equal(outcome.code, 0, outcome.all);
}

async function within(seconds: number, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await work();
  const took = (performance.now() - started) / 1000;
  assert.ok(took <= seconds, `took ${took.toFixed(0)} s, and at most ${seconds} s are allowed`);
}

describe("the lab", () => {
  inFull.it("that is up stays as it is: the same processes, and no change to the stack", async () => {
    await comesUp();
    const before = daemons().map((daemon) => [daemon, pidOf(daemon)]);
    assert.match(await comesUp(), /pulumi up\s+.*no change/);
    assert.deepEqual(
      daemons().map((daemon) => [daemon, pidOf(daemon)]),
      before,
    );
  });

  it("passes the exit code of exec on, and adds nothing to its stdout", async () => {
    const outcome = await lab(["exec", "--", "sh", "-c", "echo out; echo err >&2; exit 7"]);
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [7, "out", "err"]);
  });

  it("is out of reach of the machine's own network", async () => {
    assert.equal((await lab(["exec", "--", "sh", "-c", "ip -o -4 addr show"])).code, 0);
    assert.deepEqual(network(), recordedMachine().network);
  });

  inFull.it("comes back after kill -9 of each of its daemons", async () => {
    for (const daemon of daemons()) {
      process.kill(pidOf(daemon), "SIGKILL");
      await comesUp();
      assert.equal((await lab(["status"])).code, 0, `after kill -9 of ${daemon}`);
    }
    await mustPulumi(["preview", "--expect-no-changes"]);
  });

  inFull.it("comes back after all of them were killed at once", async () => {
    for (const daemon of daemons()) process.kill(pidOf(daemon), "SIGKILL");
    await comesUp();
    await mustPulumi(["preview", "--expect-no-changes"]);
  });

  inFull.it("comes back over the leftovers of a lab whose processes are all gone", async () => {
    // Pods and shims included: namespaces, mounts, cgroups, sysctls and pid files of the dead stay behind.
    killEverything();
    await execa("ip", ["netns", "delete", "lab-workstation"]);
    rmSync(join(runDir, "etcd.pid"));
    writeFileSync(join(runDir, "kubelet.pid"), '{"pid": 1, "startTi');
    await comesUp();
    await mustPulumi(["preview", "--expect-no-changes"]);
  });

  inFull.describe("after an up that was killed in the middle", () => {
    let whole = 0;
    before(async () => {
      await goesDown();
      const begun = performance.now();
      await comesUp();
      whole = performance.now() - begun;
    });

    for (const share of [0.05, 0.25, 0.5, 0.8]) {
      it(`comes up: after ${share} of its time`, async () => {
        await goesDown();
        await labKilledAfter(["up"], Math.round(share * whole));
        await comesUp();
        assert.equal((await lab(["status"])).code, 0);
      });
    }
  });
});

inFull.describe("down", () => {
  it("leaves no process, mount, namespace, cgroup or changed sysctl, not even of an up that was killed", async () => {
    const atWork = (): string[] => leftovers().processes.filter((argv) => argv.includes("pulumi up --yes"));
    await labKilledOnce(["up"], "the engine to start", () => atWork().length > 0);
    assert.notDeepEqual(atWork(), []);
    await within(30, goesDown);
    assert.deepEqual(leftovers(), { namespaces: [], mounts: [], cgroups: [], processes: [] });
    assert.deepEqual(sysctls(), recordedMachine().sysctls);
  });

  it("may be followed by down, and by up with the disks as they were", async () => {
    await goesDown();
    await within(90, comesUp);
    await mustPulumi(["preview", "--expect-no-changes"]);
  });
});
