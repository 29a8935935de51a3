import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseListeners } from "../../../lab/ports.ts";

describe("parseListeners", () => {
  it("reads what ss prints, for IPv4 and IPv6, and passes over sockets without a process", () => {
    const printed = [
      'LISTEN 0      4096       10.0.0.10:7480      0.0.0.0:*    users:(("radosgw",pid=812,fd=63))',
      'LISTEN 0      128             [::]:22           [::]:*    users:(("sshd",pid=7,fd=4),("sshd",pid=9,fd=4))',
      "LISTEN 0      64           0.0.0.0:2049      0.0.0.0:*",
      "",
    ].join("\n");
    assert.deepEqual(parseListeners(printed), [
      { port: 7480, program: "radosgw", pid: 812 },
      { port: 22, program: "sshd", pid: 7 },
    ]);
  });
});
