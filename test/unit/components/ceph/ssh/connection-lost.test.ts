import assert from "node:assert/strict";
import { it } from "mocha";

import { isLostConnection } from "../../../../../components/ceph/ssh/connection-lost.ts";

it("knows a command without an end from one that failed and one that never began", () => {
  for (const lost of [
    // Go's words, with those of its library before them or not; the stand-in's are the same.
    "wait: remote command exited without exit status or exit signal: running \"python3 -c '…'\":\n",
    "remote command exited without exit status or exit signal: running \"python3 -c '…'\":",
  ]) {
    assert.equal(isLostConnection(lost), true, lost);
  }
  for (const other of [
    "Process exited with status 1: running \"python3 -c '…'\":\nrados: context deadline exceeded",
    'Process exited with status 1: running "python3":\nremote command exited without exit status or exit signal',
    "after 4 failed attempts: dial tcp 10.0.0.10:22: connect: connection refused",
    "after 4 failed attempts: ssh: handshake failed: ssh: host key mismatch",
    // The time for dialling is over.
    "context deadline exceeded",
    "ssh: no key found",
  ]) {
    assert.equal(isLostConnection(other), false, other);
  }
});
