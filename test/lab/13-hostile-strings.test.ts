/** Text that is made to be misunderstood, on its way through sudo and its wrapper to the real radosgw-admin and back. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import fc from "fast-check";
import { z } from "zod";
import { bootstrap } from "../../components/ceph/ssh/remote-job.ts";
import { displayNameRule, uidRule } from "../../components/ceph/rgw-user/rgw-user-rules.ts";
import { asciiJson } from "../../components/pulumi/arguments.ts";
import { adminUser } from "../../lab/ceph/rootfs.ts";
import { type HostileUser, hostileUser, limits, scriptForMany } from "../support/hostile-users.ts";
import { isFull, inFull } from "./support/full.ts";
import { setUpCephHost } from "./support/ceph-host.ts";
import { must, on } from "./support/lab.ts";
import { s3 } from "./support/stack.ts";
import { afterTest } from "../support/after-test.ts";

const bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"];
const stored = z.object({
  key: z.string(),
  data: z.object({
    user_id: z.string(),
    display_name: z.string(),
    keys: z.array(z.object({ access_key: z.string(), secret_key: z.string() })),
  }),
});

/** Users that differ in their keys; a fast-check sample is one value after another, each on its own. */
function users(count: number): HostileUser[] {
  const unique = fc.uniqueArray(hostileUser, {
    minLength: count,
    maxLength: count,
    selector: ({ accessKeyId }) => accessKeyId,
  });
  const seed = Date.now();
  console.log(`hostile users of fast-check's seed ${seed}`);
  return fc.sample(unique, { numRuns: 1, seed })[0] ?? [];
}

/** With names of their own, so that all of them can be there at once. */
const distinct = (some: HostileUser[]): HostileUser[] =>
  some
    .map((user, i) => ({ ...user, uid: `${user.uid}-${i}` }))
    .filter(({ uid }) => uidRule(uid) === undefined);

/** Applies users as the program does: as ceph-admin, by its login shell, with everything in stdin. */
async function applied(some: HostileUser[], afterEach: string): Promise<unknown[]> {
  const options = (name: string): string[] => [...new Set(some.map(({ uid }) => `--${name}=${uid}`))];
  await setUpCephHost(...options("uid"));
  try {
    return await appliedByAccount(some, afterEach);
  } finally {
    await setUpCephHost(...options("forget"));
  }
}

async function appliedByAccount(some: HostileUser[], afterEach: string): Promise<unknown[]> {
  const job = {
    ...limits,
    radosgwAdmin: "sudo radosgw-admin",
    users: some,
    script: scriptForMany(afterEach),
  };
  const printed = await must("pve", ["runuser", "-u", adminUser, "--", "sh", "-c", bootstrap("apply")], {
    input: asciiJson(JSON.stringify(job)),
    timeoutMs: 600_000,
  });
  return z.array(z.unknown()).parse(JSON.parse(printed));
}

const remove = async (uid: string): Promise<void> => {
  await on("pve", ["radosgw-admin", "user", "rm", `--uid=${uid}`, ...bounds]);
};

describe("hostile uids, display names and keys that the rules let through", () => {
  it("are what the real radosgw-admin stores", async () => {
    const count = isFull ? 300 : 15;
    // As they are, to the last character: each is removed before the next one comes.
    const some = users(count);
    assert.equal(some.length, count);
    const found = await applied(some, '[stored(), radosgw_admin("user rm", uid())][0]');
    for (const [i, { uid, displayName, accessKeyId, secretAccessKey }] of some.entries()) {
      const { key, data } = stored.parse(found[i]);
      assert.deepEqual(
        [key, data.user_id, data.display_name, data.keys],
        [`user:${uid}`, uid, displayName, [{ access_key: accessKeyId, secret_key: secretAccessKey }]],
      );
    }
  });

  it("have keys that S3 requests can be signed with", async () => {
    const some = distinct(users(6));
    assert.ok(some.length > 2);
    afterTest(() => Promise.all(some.map(({ uid }) => remove(uid))));
    await applied(some, "None");
    for (const { accessKeyId, secretAccessKey } of some) {
      // RGW knows the key and takes the signature, or it would say that first; the bucket is somebody else's, or, to a
      // tenant, not there.
      const [answer] = await s3({ accessKeyId, secretAccessKey, steps: [["list", ""]] });
      const keys = `${accessKeyId} ${JSON.stringify(secretAccessKey)}`;
      assert.match(String(answer), /^error: (AccessDenied|NoSuchBucket)$/, keys);
    }
  });
});

inFull.describe("what the rules refuse", () => {
  const tried: string[] = [];
  after(() => Promise.all(tried.map(remove)));
  const create = async (uid: string, displayName: string) => {
    tried.push(uid);
    const words = [`--uid=${uid}`, `--display-name=${displayName}`, ...bounds];
    return on("pve", ["radosgw-admin", "user", "create", ...words]);
  };

  for (const uid of ["", "tenant$", "a$b$", "my-tenant$user", "tenänt$user"]) {
    it(`radosgw-admin refuses, too: uid ${JSON.stringify(uid)}`, async () => {
      assert.ok(uidRule(uid));
      assert.notEqual((await create(uid, "x")).code, 0);
    });
  }

  it("radosgw-admin refuses, too: no display name", async () => {
    assert.ok(displayNameRule(""));
    assert.notEqual((await create("hostile-unnamed", "")).code, 0);
  });

  for (const [uid, same] of [
    ["$hostile-user", "hostile-user"],
    ["hostile$$user", "hostile$user"],
  ] as const) {
    it(`radosgw-admin takes for another name: ${uid}`, async () => {
      assert.match(uidRule(uid) ?? "", /as RGW itself writes it/);
      const made = await create(uid, "x");
      assert.equal(made.code, 0, made.all);
      tried.push(same);
      const { user_id } = z.object({ user_id: z.string() }).parse(JSON.parse(made.stdout));
      assert.equal(user_id, same);
    });
  }
});
