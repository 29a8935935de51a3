import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, it } from "mocha";

import ssh2 from "ssh2";

import { privateKeyRule } from "../../../../../components/ceph/ssh/host-rules.ts";
import { opensshEd25519 } from "../../../../../components/ceph/ssh/openssh-key.ts";

describe("opensshEd25519", () => {
  it("is the same key, as the SSH library reads it", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const written = opensshEd25519(privateKey);
    assert.equal(privateKeyRule(written), undefined);
    const key = ssh2.utils.parseKey(written);
    assert.ok(!(key instanceof Error));
    assert.deepEqual([key.type, key.isPrivateKey()], ["ssh-ed25519", true]);
    const { x = "" } = privateKey.export({ format: "jwk" });
    assert.deepEqual(key.getPublicSSH().subarray(-32), Buffer.from(x, "base64url"));
    const signature = key.sign("something");
    assert.ok(verify(null, Buffer.from("something"), createPublicKey(privateKey), signature));
  });
});
