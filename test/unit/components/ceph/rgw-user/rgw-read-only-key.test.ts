import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { bootstrap } from "../../../../../components/ceph/ssh/remote-job.ts";
import { find, valueOf, recordedResources } from "../../../mocks.ts";

const declared = recordedResources();
const { RgwReadOnlyKey } = await import("../../../../../components/index.ts");

const host = {
  address: "10.0.0.10",
  user: "ceph-admin",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1hP1h7cXUq4oqf2bJ3vDgO1mR1n0mZ6Ck0yqS3yX9B",
  privateKey: "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",
};
const args = { host, uid: "cnpg-backup", ownerId: "thisstack" };

describe("RgwReadOnlyKey", () => {
  beforeEach(() => {
    declared.length = 0;
  });

  it("generates a key, and hands it over as a secret", async () => {
    const key = new RgwReadOnlyKey("drill", { ...args, keyRotation: "2026-12" });
    assert.equal(await valueOf(key.accessKeyId), "made-by-drill-access-key-id");
    assert.equal(await pulumi.isSecret(key.accessKeyId), true);
    assert.equal(await pulumi.isSecret(key.secretAccessKey), true);
    const { inputs } = find(declared, "drill-secret-access-key");
    assert.deepEqual(inputs.keepers, { uid: "cnpg-backup", rotation: "2026-12" });
  });

  it("sends it by stdin, and is another resource with another key", async () => {
    const keys = { accessKeyId: "AKDRILL", secretAccessKey: "sk-of-the-drill-01" };
    await valueOf(new RgwReadOnlyKey("given", { ...args, keys }).accessKeyId);
    const { inputs, secrets } = find(declared, "given-key");
    assert.partialDeepStrictEqual(JSON.parse(String(inputs.stdin)), {
      ...{ uid: "cnpg-backup", owner: { id: "thisstack" }, radosgwAdmin: "radosgw-admin", ...keys },
      afterSeconds: 20,
    });
    assert.ok(secrets.includes("stdin") && secrets.includes("triggers"));
    assert.deepEqual([inputs.create, inputs.delete], [bootstrap("apply"), bootstrap("delete")]);
    assert.doesNotMatch(`${String(inputs.create)}${String(inputs.delete)}`, /AKDRILL|sk-of/);
  });

  it("refuses bad values before it makes anything", () => {
    const weak = { accessKeyId: "AK", secretAccessKey: "short" };
    const mistakes: [object, RegExp][] = [
      [{ uid: "a:b" }, /^uid must have no colon, behind which Ceph looks for a subuser, not "a:b"/],
      [{ uid: "" }, /^uid must not be empty/],
      [{ keys: weak }, /^keys\.secretAccessKey must be(?!.*short)/],
      [{ keys: { ...weak, secretAccessKey: "sk-of-the-drill-01" }, keyRotation: "1" }, /generated keys/],
    ];
    for (const [mistake, message] of mistakes) {
      assert.throws(() => new RgwReadOnlyKey("wrong", { ...args, ...mistake }), { message });
    }
  });
});
