import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { kubectl, must, mustPulumi, pulumi } from "./support/lab.ts";
import {
  backupSecret,
  cephWrites,
  changes,
  keysOfStack,
  rememberedConfig,
  rgwUser,
  s3,
  setConfig,
  stackIsUp,
  uid,
} from "./support/stack.ts";
import { labState } from "./support/workspace.ts";
import { inFull } from "./support/full.ts";

let putConfigBack: () => void;
before(async () => {
  putConfigBack = rememberedConfig();
  await stackIsUp();
});
after(() => {
  putConfigBack();
});

describe("one more namespace", () => {
  it("makes exactly its own resources", async () => {
    await setConfig({ "cnpg-rgw:namespaces[1].name": "shop", "cnpg-rgw:namespaces[1].create": "true" });
    const before = cephWrites().length;
    const outcome = await pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(outcome.code, 0, outcome.all);
    // Its Namespace and its Secret.
    assert.deepEqual(
      changes(outcome).filter((change) => !change.endsWith("unchanged")),
      ["+ 2 created"],
    );
    assert.deepEqual(cephWrites().slice(before), []);
    assert.deepEqual((await backupSecret("shop")).values, (await backupSecret("demo")).values);
  });

  it("leaves with just its Secret: the namespace and what is in it stay", async () => {
    await kubectl("-n", "shop", "create", "configmap", "of-the-team");
    await mustPulumi(["config", "rm", "--path", "cnpg-rgw:namespaces[1]"]);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const left = await kubectl("-n", "shop", "get", "secret,configmap", "-o", "name");
    assert.deepEqual(left.split("\n").sort(), ["configmap/kube-root-ca.crt", "configmap/of-the-team"]);
  });

  it("that does not exist and is not to be made is an error that says how to have it made", async () => {
    await setConfig({ "cnpg-rgw:namespaces[1]": "nowhere" });
    const outcome = await pulumi(["preview"]);
    await mustPulumi(["config", "rm", "--path", "cnpg-rgw:namespaces[1]"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /nowhere/);
    assert.match(outcome.all, /create/);
  });
});

describe("a changed path and endpoint", () => {
  it("update the Secret in place and replace nothing, over https with a private CA", async () => {
    const before = await backupSecret("demo");
    // The same gateway by its https port: the objects are where they were.
    const ca = await must("workstation", ["cat", join(labState, "pve", "access", "ca.crt")]);
    await mustPulumi(["config", "set", "cnpg-rgw:caBundle"], { input: ca });
    await setConfig({ "cnpg-rgw:path": "/moved", "cnpg-rgw:endpoint": "https://10.0.0.10:7443" });
    const outcome = await pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(outcome.code, 0, outcome.all);
    const after = await backupSecret("demo");
    assert.equal(after.uid, before.uid, "the Secret is the same object");
    assert.deepEqual([after.values.S3_PATH, after.values.S3_ENDPOINT], ["/moved", "https://10.0.0.10:7443"]);
    assert.equal(after.values.S3_CA_BUNDLE?.trim(), ca.trim());
    assert.doesNotMatch(outcome.all, /replaced|deleted/);
  });
});

describe("generated keys that are to be replaced", () => {
  inFull.it("are others by one setting, and the old one is dead", async () => {
    const old = await keysOfStack();
    await setConfig({ "cnpg-rgw:rgwUser.keyRotation": "lab-1" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const now = await keysOfStack();
    assert.notEqual(now.accessKeyId, old.accessKeyId);
    assert.notEqual(now.secretAccessKey, old.secretAccessKey);
    assert.deepEqual(
      (await rgwUser(uid))?.keys.map((key) => key.access_key),
      [now.accessKeyId],
    );
    assert.equal((await backupSecret("demo")).values.S3_ACCESS_KEY_ID, now.accessKeyId);
    assert.match(String((await s3({ ...old, steps: [["list", ""]] }))[0]), /^error: InvalidAccessKeyId/);
    await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    await mustPulumi(["config", "rm", "--path", "cnpg-rgw:rgwUser.keyRotation"]);
  });
});

describe("keys replaced in the config", () => {
  inFull.it("reach the user and the Secret, and the old key is dead", async () => {
    const old = await keysOfStack();
    const mine = {
      accessKeyId: "BROUGHTALONG00000001",
      secretAccessKey: `it's "quoted" $(and) +/=${"x".repeat(12)}`,
    };
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:accessKeyId"], { input: mine.accessKeyId });
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:secretAccessKey"], {
      input: mine.secretAccessKey,
    });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(
      (await rgwUser(uid))?.keys.map((key) => [key.access_key, key.secret_key]),
      [[mine.accessKeyId, mine.secretAccessKey]],
    );
    assert.equal((await backupSecret("demo")).values.S3_SECRET_ACCESS_KEY, mine.secretAccessKey);
    assert.deepEqual(await s3({ ...mine, steps: [["head", ""]] }), ["done"]);
    assert.match(String((await s3({ ...old, steps: [["list", ""]] }))[0]), /^error: InvalidAccessKeyId/);
  });
});
