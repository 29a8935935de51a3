import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { fakeCeph, needsPython } from "./fake-ceph.ts";

const writes = /^(user create|user enable|user rm|metadata put)/;

describe("the script that makes an RGW user", needsPython, () => {
  const { save, state, keysOf, run, succeeds, fails } = fakeCeph();

  it("makes the user with just the declared key", () => {
    assert.equal(succeeds("apply"), "created");
    const { keys, display_name, max_buckets } = state().users["cnpg-backup"] ?? assert.fail("no user");
    assert.deepEqual(keys, [{ user: "cnpg-backup", access_key: "AKDECLARED", secret_key: "sk/declared+1" }]);
    assert.deepEqual([display_name, max_buckets], ["CNPG Backup User", 10]);
  });

  it("writes nothing when all is as declared", () => {
    succeeds("apply", {}, { maxObjects: 5 });
    save({ ...state(), calls: [] });
    assert.equal(succeeds("apply", {}, { maxObjects: 5 }), "unchanged");
    assert.deepEqual(
      state().calls.filter((call) => writes.test(call)),
      [],
    );
  });

  it("corrects what is different, and leaves the rest of an adopted user alone", () => {
    succeeds("apply");
    const before = state();
    const user = before.users["cnpg-backup"] ?? assert.fail("no user");
    user.suspended = 1;
    user.caps = [{ type: "usage", perm: "read" }];
    user.keys.push({ user: "cnpg-backup", access_key: "OLD", secret_key: "old" });
    save(before);
    const changes = { displayName: 'Ünï "q" $(x)\n😀', maxBuckets: 3 };
    assert.equal(
      succeeds("apply", changes, { maxSizeBytes: 2 ** 40 }),
      "changed: display name, max buckets, suspended, keys, quota",
    );
    assert.deepEqual(state().users["cnpg-backup"], {
      ...{ user_id: "cnpg-backup", display_name: changes.displayName, max_buckets: 3, suspended: 0 },
      keys: [{ user: "cnpg-backup", access_key: "AKDECLARED", secret_key: "sk/declared+1" }],
      user_quota: { enabled: true, max_size: 2 ** 40, max_objects: -1 },
      caps: [{ type: "usage", perm: "read" }],
    });
    assert.equal(succeeds("apply", changes), "changed: quota");
  });

  it("enables a suspended user, for its buckets are suspended along with it", () => {
    succeeds("apply");
    const before = state();
    const user = before.users["cnpg-backup"] ?? assert.fail("no user");
    user.suspended = 1;
    save({ ...before, buckets: { "cnpg-backup": ["cnpg-backups"] } });
    assert.equal(succeeds("apply", { maxBuckets: 3 }), "changed: max buckets, suspended");
    assert.deepEqual(state().enabledBuckets, ["cnpg-backups"]);
    assert.deepEqual(succeeds("apply", { maxBuckets: 3 }), "unchanged");
  });

  it("leaves other keys where it is told to, but not the one that Ceph makes up for a new user", () => {
    const leave = { otherKeys: "leave" };
    succeeds("apply", leave);
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
    const next = { ...leave, accessKeyId: "AKNEXT", secretAccessKey: "next" };
    assert.equal(succeeds("apply", next), "changed: keys");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED", "AKNEXT"]);
    assert.equal(succeeds("apply", next), "unchanged");
    assert.equal(succeeds("apply", { ...next, secretAccessKey: "other" }), "changed: keys");
    assert.deepEqual(
      state().users["cnpg-backup"]?.keys.map((key) => key.secret_key),
      ["sk/declared+1", "other"],
    );
  });

  it("adopts a user whose keys are the declared ones, or gone", () => {
    assert.equal(succeeds("adopt"), "created");
    assert.equal(succeeds("adopt", { displayName: "Other" }), "changed: display name");
    const before = state();
    (before.users["cnpg-backup"] ?? assert.fail("no user")).keys = [];
    save(before);
    assert.equal(succeeds("adopt"), "changed: display name, keys");
  });

  it("changes nothing of a user with keys that somebody may be using, unless it is told that they may end", () => {
    succeeds("apply", { accessKeyId: "INUSE", secretAccessKey: "in-use" });
    const before = state();
    for (const otherKeys of ["revoke", "leave"]) {
      assert.match(
        fails("adopt", { displayName: "Other", otherKeys }),
        /^RGW user cnpg-backup was there before, with undeclared keys \(1\).*rgwUser\.existingKeys revoke/,
      );
    }
    assert.deepEqual(state().users, before.users);
    assert.equal(succeeds("adopt", { otherKeys: "leave", existingKeys: "revoke" }), "changed: keys");
    assert.deepEqual(keysOf("cnpg-backup"), ["INUSE", "AKDECLARED"]);
  });

  it("goes on with a user that a run made, and was broken off before it gave it its key", () => {
    succeeds("apply");
    const made = state().calls.find((call) => call.startsWith("user create")) ?? "";
    const [, placeholder = ""] = /--access-key=(\S+) --gen-secret/.exec(made) ?? [];
    assert.match(placeholder, /^unfinished-/);
    const cut = state();
    const user = cut.users["cnpg-backup"] ?? assert.fail("no user");
    user.keys = [{ user: "cnpg-backup", access_key: placeholder, secret_key: "generated-by-rgw" }];
    save(cut);
    assert.equal(succeeds("adopt", { otherKeys: "leave" }), "changed: keys");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
  });

  const revoke = (changes: Parameters<typeof succeeds>[1] = {}): string =>
    succeeds("apply", changes, {}, { name: "rgw_user_key_revocation.py" });

  it("revokes every key but the declared one, after a while, and waits only if there is one", () => {
    succeeds("apply");
    const began = Date.now();
    assert.equal(revoke({ afterSeconds: 60 }), "unchanged");
    assert.ok(Date.now() - began < 30_000);
    succeeds("apply", { otherKeys: "leave", accessKeyId: "AKNEXT" });
    const next = Date.now();
    assert.equal(revoke({ accessKeyId: "AKNEXT", afterSeconds: 1 }), "revoked: 1");
    assert.ok(Date.now() - next >= 1_000);
    assert.deepEqual(keysOf("cnpg-backup"), ["AKNEXT"]);
  });

  it("revokes no key of a user that does not have the declared one", () => {
    succeeds("apply");
    const changes = { accessKeyId: "AKNEXT" };
    const { status, stderr } = run("apply", changes, {}, { name: "rgw_user_key_revocation.py" });
    assert.equal(status, 1);
    assert.match(stderr, /does not have the declared key.*Run `pulumi up` again/);
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
  });

  it("looks without a write: what differs, how many other keys, and when the user was last written", () => {
    const inspect = (...[changes, quota, name]: [object?, object?, Parameters<typeof run>[3]?]): unknown =>
      JSON.parse(succeeds("inspect", changes, quota, name));
    const writtenAt = "2026-11-22T19:47:39.863256Z";
    assert.deepEqual(inspect(), { differs: ["absent"], otherKeys: 0, writtenAt: "" });
    assert.deepEqual(inspect({}, {}, { name: "rgw_user_key_revocation.py" }), {
      ...{ differs: [], otherKeys: 0, writtenAt: "" },
    });
    succeeds("apply");
    assert.deepEqual(inspect(), { differs: [], otherKeys: 0, writtenAt });
    const changed = state();
    const user = changed.users["cnpg-backup"] ?? assert.fail("no user");
    Object.assign(user, { suspended: 1, max_buckets: 5, display_name: "by hand" });
    user.keys.push({ user: "cnpg-backup", access_key: "BYHAND", secret_key: "by-hand" });
    save({ ...changed, calls: [] });
    const differs = ["display name", "max buckets", "suspended"];
    assert.deepEqual(inspect({}, { maxObjects: 5 }), {
      ...{ differs: [...differs, "keys", "quota"], otherKeys: 1, writtenAt },
    });
    assert.deepEqual(inspect({ otherKeys: "leave" }), { differs, otherKeys: 1, writtenAt });
    assert.deepEqual(inspect({}, {}, { name: "rgw_user_key_revocation.py" }), {
      differs: [],
      otherKeys: 1,
      writtenAt,
    });
    const gone = state();
    (gone.users["cnpg-backup"] ?? assert.fail("no user")).keys = [];
    save(gone);
    assert.deepEqual(inspect({ otherKeys: "leave" }), {
      ...{ differs: [...differs, "keys"], otherKeys: 0, writtenAt },
    });
    assert.deepEqual(
      state().calls.filter((call) => writes.test(call)),
      [],
    );
  });

  it("takes any text that the rules allow, as it is", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((s) => !/\0|\$$/.test(s));
    fc.assert(
      fc.property(text, text, (uid, displayName) => {
        save({ users: {}, buckets: {}, calls: [] });
        assert.equal(succeeds("apply", { uid, displayName }), "created");
        assert.equal(state().users[uid]?.display_name, displayName);
        assert.equal(succeeds("apply", { uid, displayName }), "unchanged");
        assert.equal(succeeds("delete", { uid }), "removed");
      }),
      { numRuns: 3 },
    );
  });

  it("refuses a key of another user, and leaves no new user behind", () => {
    succeeds("apply", { uid: "somebody" });
    assert.match(fails("apply"), /belongs to another user\. Declare another key/);
    assert.deepEqual(Object.keys(state().users), ["somebody"]);
  });
});
