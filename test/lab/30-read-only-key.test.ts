import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { join } from "node:path";
import { postgresImage } from "../../lab/kubernetes/facts.ts";
import { setPlain } from "./support/database.ts";
import { inFull } from "./support/full.ts";
import { must, mustPulumi, on } from "./support/lab.ts";
import {
  bucket,
  endpoint,
  keysOfStack,
  rememberedConfig,
  rgwUser,
  s3,
  setConfig,
  stackIsUp,
  uid,
} from "./support/stack.ts";
import { checkoutCopy } from "./support/workspace.ts";

/** What the drill's Secret holds, as the drill reads it. */
const secret = z.object({ data: z.record(z.string(), z.string()) });
const drillNamespace = "cnpg-drill";
const drillSecrets = ["kubectl", "-n", drillNamespace, "get", "secrets", "-o", "json"];
let keys: { accessKeyId: string; secretAccessKey: string };
let restoreConfig: () => void;

const subuserKeys = async (): Promise<string[]> => {
  const info = await must("pve", ["radosgw-admin", "user", "info", `--uid=${uid}`]);
  const user = z
    .object({ keys: z.array(z.object({ user: z.string(), access_key: z.string() })) })
    .parse(JSON.parse(info));
  return user.keys.filter((key) => key.user === `${uid}:drill`).map((key) => key.access_key);
};

/** Each write of S3, by the read-only key: the name of the error, or `done`. */
async function writes(): Promise<Record<string, string>> {
  const input = JSON.stringify({ endpoint, region: "local", bucket, ...keys });
  const script = join(checkoutCopy, "test", "lab", "support", "s3-writes.ts");
  return z
    .record(z.string(), z.string())
    .parse(JSON.parse(await must("workstation", ["node", script], { input })));
}

before(async () => {
  restoreConfig = rememberedConfig();
  // Tests before this one declare keys; those that a rotation replaces are generated.
  setPlain("accessKeyId", undefined);
  setPlain("secretAccessKey", undefined);
  await stackIsUp();
  await setConfig({
    "cnpg-rgw:databases[0].name": "read-only",
    "cnpg-rgw:databases[0].namespace": "demo",
    "cnpg-rgw:databases[0].storage.size": "1Gi",
    "cnpg-rgw:databases[0].instances": "1",
    "cnpg-rgw:databases[0].imageName": postgresImage,
    "cnpg-rgw:databases[0].deletion.protect": "false",
  });
  await mustPulumi(["up", "--yes", "--skip-preview"]);
  const list = z
    .object({ items: z.array(secret) })
    .parse(JSON.parse(await must("workstation", drillSecrets)));
  const data = list.items.map((item) => item.data).find((each) => each.S3_ACCESS_KEY_ID !== undefined);
  const decoded = (key: string): string => Buffer.from(data?.[key] ?? "", "base64").toString();
  keys = { accessKeyId: decoded("S3_ACCESS_KEY_ID"), secretAccessKey: decoded("S3_SECRET_ACCESS_KEY") };
  await s3({ ...(await keysOfStack()), steps: [["put", "read-only/object"]] });
});

after(async () => {
  // What the key may do all the same, in a bucket of the user's.
  await s3({ ...(await keysOfStack()), bucket: `${bucket}-by-drill`, steps: [["remove", ""]] });
  restoreConfig();
  await mustPulumi(["up", "--yes", "--skip-preview"]);
});

describe("the key of restore drills", () => {
  it("is one of the subuser, and not the one that writes", async () => {
    assert.deepEqual(await subuserKeys(), [keys.accessKeyId]);
    assert.notEqual(keys.accessKeyId, (await keysOfStack()).accessKeyId);
  });

  it("reads: the bucket, its objects, and their versions", async () => {
    const steps = [
      ["head", ""],
      ["get", "read-only/object"],
      ["list", "read-only/"],
      ["versions", "read-only/"],
    ] as const;
    assert.deepEqual(await s3({ ...keys, steps: steps.map(([step, key]) => [step, key]) }), [
      "done",
      "content of read-only/object",
      ["read-only/object"],
      1,
    ]);
  });

  it("writes nothing: no object, no right, no rule, and not the end of anything", async () => {
    const { createBucket, putBucketVersioning, putBucketCors, putBucketTagging, ...refused } = await writes();
    // RGW knows no replication rules by this request, and no lock for a bucket that was made without one, for any key.
    const denied = ["AccessDenied", "MethodNotAllowed", "InvalidBucketState"];
    const done = Object.entries(refused).filter(([, outcome]) => !denied.includes(outcome));
    assert.deepEqual(Object.fromEntries(done), {});
    // What RGW 18 lets a subuser of access=read do all the same: docs/security.md says so.
    assert.deepEqual(
      [createBucket, putBucketVersioning, putBucketCors, putBucketTagging],
      ["done", "done", "done", "done"],
    );
    assert.deepEqual(await s3({ ...keys, steps: [["get", "read-only/object"]] }), [
      "content of read-only/object",
    ]);
  });

  it("is no drift of the user, and changes nothing in the next update", async () => {
    const outcome = await mustPulumi(["preview", "--expect-no-changes"]);
    assert.doesNotMatch(outcome, /RGW user/);
    await mustPulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  });

  it("comes back where it was taken away by hand", async () => {
    await must("pve", ["radosgw-admin", "subuser", "rm", `--uid=${uid}`, "--subuser=drill", "--purge-keys"]);
    assert.match(await mustPulumi(["preview"]), /is not as declared, and will be corrected: drill key/);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await s3({ ...keys, steps: [["head", ""]] }), ["done"]);
  });

  inFull.it("changes with keyRotation, and the old one ends", async () => {
    await setConfig({ "cnpg-rgw:rgwUser.keyRotation": "drill-test" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const [now, ...more] = await subuserKeys();
    assert.deepEqual(more, []);
    assert.notEqual(now, keys.accessKeyId);
    assert.notDeepEqual(await s3({ ...keys, steps: [["head", ""]] }), ["done"]);
  });

  inFull.it("ends with the drills, and leaves the user's own key", async () => {
    await setConfig({ "cnpg-rgw:drills.enabled": "false" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await subuserKeys(), []);
    const own = await keysOfStack();
    assert.deepEqual(
      (await rgwUser(uid))?.keys.map((key) => key.access_key),
      [own.accessKeyId],
    );
    assert.deepEqual(await s3({ ...own, steps: [["head", ""]] }), ["done"]);
    const { code } = await on("pve", ["radosgw-admin", "user", "info", `--uid=${uid}`]);
    assert.equal(code, 0);
  });
});
