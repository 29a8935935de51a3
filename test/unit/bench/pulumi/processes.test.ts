import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "mocha";
import { setTimeout as sleep } from "node:timers/promises";
import { Watch, familyOf, roleOf } from "../../../../bench/pulumi/processes.ts";
import { connectionsIn } from "../../../../bench/pulumi/ssh.ts";

describe("familyOf", () => {
  it("is a process and all that come from it", () => {
    const parents = new Map([
      [5, 4],
      [2, 1],
      [3, 2],
      [4, 3],
      [9, 8],
    ]);
    assert.deepEqual([...familyOf(2, parents)].sort(), [2, 3, 4, 5]);
  });
});

describe("roleOf", () => {
  it("knows the program by the SDK's run command", () => {
    assert.equal(roleOf("node /x/node_modules/@pulumi/pulumi/cmd/run --monitor 1 ."), "program");
    assert.equal(roleOf("/x/plugins/resource-aws/pulumi-resource-aws 127.0.0.1:1"), "plugins");
  });
});

describe("Watch", () => {
  it("sees the most that a process and its children held", async () => {
    const hold = "b=Buffer.alloc(64*1024**2,1);setTimeout(()=>b,700)";
    const child = spawn("sh", ["-c", `"${process.execPath}" -e '${hold}'; true`]);
    const watch = new Watch(child.pid ?? 0);
    await once(child, "exit");
    await sleep(50);
    const { peaks, cpuSeconds } = watch.stop();
    assert.ok(peaks.engine > 0 && peaks.engine < 16 * 1024 ** 2, `the shell: ${peaks.engine}`);
    assert.ok(cpuSeconds > 0 && cpuSeconds < 10, `CPU: ${cpuSeconds} s`);
    assert.ok(peaks.plugins > 64 * 1024 ** 2, `node: ${peaks.plugins}`);
  });
});

describe("connectionsIn", () => {
  const log = [
    'Connection from 10.0.0.2 port 5000 on 10.0.0.10 port 22 rdomain ""',
    'Connection from 10.0.0.2 port 5001 on 10.0.0.10 port 22 rdomain ""',
    "Accepted publickey for ceph-admin from 10.0.0.2 port 5000 ssh2: ED25519 SHA256:x",
    "Disconnected from user ceph-admin 10.0.0.2 port 5000",
    "Connection closed by 10.0.0.2 port 5001 [preauth]",
    'Connection from 10.0.0.2 port 5002 on 10.0.0.10 port 22 rdomain ""',
    'Connection from 10.0.0.10 port 5003 on 10.0.0.10 port 22 rdomain ""',
  ].join("\n");

  it("counts those of one address, and how many were open at a time", () => {
    assert.deepEqual(connectionsIn(log, "10.0.0.2"), { opened: 3, atOnce: 2 });
    assert.deepEqual(connectionsIn("", "10.0.0.2"), { opened: 0, atOnce: 0 });
  });
});
