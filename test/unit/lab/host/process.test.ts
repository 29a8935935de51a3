import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "mocha";
import { identify, isAlive } from "../../../../lab/host/process.ts";

describe("a process's identity", () => {
  it("holds while it runs, whatever its name looks like, and no longer", async () => {
    const child = spawn("sh", ["-c", "echo ready; read _"], {
      argv0: "a) b (c",
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const identity = identify(child.pid ?? 0);
    assert.ok(identity && isAlive(identity));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(isAlive(identity), false);
  });

  it("is not that of a later process with the same pid", () => {
    const mine = identify(process.pid);
    assert.ok(mine);
    assert.equal(isAlive({ ...mine, startTime: "1" }), false);
    assert.equal(isAlive({ ...mine, bootId: "another boot" }), false);
  });
});
