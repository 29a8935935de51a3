import assert from "node:assert/strict";
import { it } from "node:test";

import { isLostConnection } from "../../../../components/ceph/connection-lost.ts";

it("knows a command without an end from one that failed and one that never began", () => {
  for (const lost of [
    // The official provider, by TCP; the lab's own, by customTimeouts and by a server that hangs up.
    "remote command exited without exit status or exit signal: running \"python3 -c '…'\":",
    "The operation was aborted due to timeout",
    "the connection was closed",
    "context deadline exceeded",
  ]) {
    assert.equal(isLostConnection(lost), true, lost);
  }
  for (const other of [
    "Process exited with status 1: running \"python3 -c '…'\":\nrados: context deadline exceeded",
    "after 4 failed attempts: ssh ceph-admin@10.0.0.10 port 22: the connection was closed",
    "connection.privateKey: Unsupported key format",
  ]) {
    assert.equal(isLostConnection(other), false, other);
  }
});
