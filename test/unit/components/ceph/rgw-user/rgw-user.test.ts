import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { RgwUser, RgwUserKeyRevocation, SingleDiskPools } from "../../../../../components/index.ts";
import { bootstrap } from "../../../../../components/ceph/ssh/remote-job.ts";
import { valueOf, recordedResources } from "../../../mocks.ts";
import type { Declared } from "../../../mocks.ts";

const declared = recordedResources();

const host = {
  address: "10.0.0.10",
  user: "ceph-admin",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1hP1h7cXUq4oqf2bJ3vDgO1mR1n0mZ6Ck0yqS3yX9B",
  privateKey: "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",
};

function only(type: string): Declared {
  const found = declared.filter((resource) => resource.type === type);
  assert.equal(found.length, 1, `${type}: ${found.length}`);
  return found[0] ?? assert.fail();
}

describe("RgwUser", () => {
  beforeEach(() => {
    declared.length = 0;
  });

  it("is one command, with keys that it generates", async () => {
    const user = new RgwUser("owner", { host, uid: "cnpg-backup" });
    assert.equal(await valueOf(user.uid), "cnpg-backup");
    assert.equal(await valueOf(user.secretAccessKey), "made-by-owner-secret-access-key");
    assert.deepEqual(declared.map(({ name }) => name).sort(), [
      "owner",
      "owner-access-key-id",
      "owner-owner",
      "owner-secret-access-key",
      "owner-user",
    ]);
  });

  it("sends all values by stdin, as a secret, and no value in a command line", async () => {
    const keys = { accessKeyId: "AKDECLARED", secretAccessKey: "sk-declared-0123" };
    const user = new RgwUser("owner", { host, uid: "cnpg-backup", keys, quota: { maxObjects: 5 } });
    await valueOf(user.uid);
    const { inputs, secrets } = only("command:remote:Command");
    assert.ok(secrets.includes("stdin") && secrets.includes("connection"));
    const job: unknown = JSON.parse(String(inputs.stdin));
    assert.ok(typeof job === "object" && job !== null && "script" in job);
    assert.match(String(job.script), /def bring_to_declared/);
    assert.deepEqual(job, {
      script: job.script,
      radosgwAdmin: "radosgw-admin",
      uid: "cnpg-backup",
      displayName: "cnpg-backup",
      maxBuckets: 10,
      quota: { maxObjects: 5 },
      ...keys,
      keysAreGenerated: false,
      owner: { id: "made-by-owner-owner", stack: "organization/cnpg-rgw/test" },
      takeOverFrom: "",
      otherKeys: "revoke",
      existingKeys: "refuse",
      onDelete: "remove",
    });
    assert.doesNotMatch(
      `${String(inputs.create)}${String(inputs.delete)}`,
      /AKDECLARED|sk-declared|cnpg-backup/,
    );
    assert.deepEqual([inputs.create, inputs.update], [bootstrap("adopt"), bootstrap("apply")]);
    assert.deepEqual([inputs.logging, inputs.triggers], ["none", ["cnpg-backup"]]);
  });

  it("checks the host's key, and gives up on a host that is away", async () => {
    await valueOf(new RgwUser("owner", { host, uid: "cnpg-backup" }).uid);
    const { inputs } = only("command:remote:Command");
    const { hostKey, dialErrorLimit, perDialTimeout } = Object(inputs.connection) as typeof host & {
      dialErrorLimit: number;
      perDialTimeout: number;
    };
    assert.equal(hostKey, host.hostKey);
    assert.ok(dialErrorLimit * perDialTimeout <= 120);
  });

  it("has the provider end a command that never answers, after the script's own time", async () => {
    const timeouts: unknown[] = [];
    const transformations: pulumi.ResourceTransformation[] = [
      ({ type, opts }) => {
        if (type === "command:remote:Command")
          timeouts.push((opts as pulumi.CustomResourceOptions).customTimeouts);
        return undefined;
      },
    ];
    await valueOf(new RgwUser("timed", { host, uid: "cnpg-backup" }, { transformations }).uid);
    const keys = { host, uid: "cnpg-backup", accessKeyId: "AKDECLARED" };
    await valueOf(new RgwUserKeyRevocation("timed-keys", keys, { transformations }).urn);
    assert.deepEqual(timeouts, [
      { create: "4m", update: "4m", delete: "4m" },
      { create: "14m", update: "14m", delete: "14m" },
    ]);
  });

  it("generates keys once, and anew by another text to rotate them", async () => {
    const keepers = async (args: object): Promise<unknown[]> => {
      declared.length = 0;
      await valueOf(new RgwUser("owner", { host, uid: "cnpg-backup", ...args }).uid);
      return declared.filter(({ name }) => /-key(-id)?$/.test(name)).map(({ inputs }) => inputs.keepers);
    };
    const before = { uid: "cnpg-backup" };
    assert.deepEqual(await keepers({}), [before, before]);
    const rotated = { ...before, rotation: "2026-12" };
    assert.deepEqual(await keepers({ keyRotation: "2026-12" }), [rotated, rotated]);
  });

  it("keeps keys secret", async () => {
    const user = new RgwUser("owner", { host, uid: "cnpg-backup" });
    assert.equal(await pulumi.isSecret(user.accessKeyId), true);
    assert.equal(await pulumi.isSecret(user.secretAccessKey), true);
    assert.equal(await pulumi.isSecret(user.uid), false);
  });

  it("refuses bad values before it makes anything", () => {
    const args = { host, uid: "cnpg-backup" };
    const mistakes: [object, RegExp][] = [
      [{ uid: "" }, /^uid must not be empty/],
      [{ maxBuckets: -2 }, /^maxBuckets must be/],
      [{ quota: { maxSizeBytes: 0 } }, /^quota\.maxSizeBytes must be/],
      [{ otherKeys: "keep" }, /^otherKeys must be "revoke" or "leave", not "keep"/],
      [{ existingKeys: "leave" }, /^existingKeys must be "refuse" or "revoke", not "leave"/],
      [{ takeOverFrom: "lab" }, /^takeOverFrom must be a stack as/],
      [{ keyRotation: "" }, /^keyRotation must be/],
      [
        { keyRotation: "1", keys: { accessKeyId: "AK", secretAccessKey: "sk-declared-0123" } },
        /generated keys/,
      ],
      [
        { keys: { accessKeyId: "AK", secretAccessKey: "short" } },
        /^keys\.secretAccessKey must be(?!.*short)/,
      ],
      [{ onDelete: "purge" }, /^onDelete must be "remove" or "keep"/],
      [{ host: { ...host, hostKey: "" } }, /^host\.hostKey must be/],
      [{ host: { ...host, privateKey: "secret-text" } }, /^host\.privateKey must be(?!.*secret-text)/],
      [{ keys: { accessKeyId: "a b", secretAccessKey: "x" } }, /^keys\.accessKeyId must be(?!.*a b)/],
    ];
    for (const [mistake, message] of mistakes) {
      assert.throws(() => new RgwUser("owner", { ...args, ...mistake }), { message });
    }
    assert.ok(!declared.some(({ type }) => type === "command:remote:Command"));
  });
});

describe("RgwUserKeyRevocation", () => {
  const args = { host, uid: "cnpg-backup", accessKeyId: "AKDECLARED" };

  it("is one command that knows which key stays, and does nothing when it is deleted", async () => {
    declared.length = 0;
    await valueOf(new RgwUserKeyRevocation("old-keys", args).urn);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { name, inputs, secrets } = only("command:remote:Command");
    assert.deepEqual([name, inputs.delete, inputs.triggers], ["old-keys-keys", undefined, undefined]);
    assert.ok(secrets.includes("stdin"));
    const job: unknown = JSON.parse(String(inputs.stdin));
    assert.partialDeepStrictEqual(job, {
      ...{ radosgwAdmin: "radosgw-admin", uid: "cnpg-backup", accessKeyId: "AKDECLARED", afterSeconds: 30 },
      ...{ owner: { id: null }, existingKeys: "refuse" },
    });
  });

  it("refuses bad values before it makes anything", () => {
    for (const afterSeconds of [-1, 1.5, 601, NaN]) {
      assert.throws(() => new RgwUserKeyRevocation("old-keys", { ...args, afterSeconds }), {
        message: /^afterSeconds must be a whole number of seconds, 0 to 600/,
      });
    }
  });
});

describe("SingleDiskPools", () => {
  it("is one command without an end, since copies cannot be brought back", async () => {
    declared.length = 0;
    await valueOf(new SingleDiskPools("pools", { host, ceph: "sudo ceph" }).urn);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { name, inputs } = only("command:remote:Command");
    assert.deepEqual([name, inputs.delete], ["pools-pools", undefined]);
    assert.match(String(inputs.stdin), /"ceph":"sudo ceph"/);
  });
});
