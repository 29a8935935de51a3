import assert from "node:assert/strict";
import { it } from "mocha";

import fc from "fast-check";

import { fakeCeph, needsPython } from "./fake-ceph.ts";

const writes = /^(user create|user enable|user rm|metadata put)/;

needsPython.describe("the script that makes an RGW user", () => {
  const { save, state, keysOf, byHand, run, succeeds, fails } = fakeCeph();
  const revoke = (changes: Parameters<typeof succeeds>[1] = {}): string =>
    succeeds("apply", changes, {}, { name: "rgw_user_key_revocation.py" });
  /** As an administrator makes one: no stack has marked it. */
  const madeByHand = (): void => {
    succeeds("apply", { accessKeyId: "BYHAND", secretAccessKey: "by-hand", displayName: "By hand" });
    byHand((user) => {
      user.placement_tags = [];
    });
  };

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
    const marks = state().users["cnpg-backup"]?.placement_tags ?? [];
    const theirs = { user: "cnpg-backup", access_key: "BYHAND", secret_key: "by-hand" };
    byHand((user) => {
      user.suspended = 1;
      user.caps = [{ type: "usage", perm: "read" }];
      user.op_mask = "read";
      user.placement_tags.unshift("fast");
      user.keys.push(theirs);
    });
    const changes = { displayName: 'Ünï "q" $(x)\n😀', maxBuckets: 3 };
    assert.equal(
      succeeds("apply", changes, { maxSizeBytes: 2 ** 40 }),
      "changed: display name, max buckets, suspended, quota",
    );
    const declared = { user: "cnpg-backup", access_key: "AKDECLARED", secret_key: "sk/declared+1" };
    assert.deepEqual(state().users["cnpg-backup"], {
      ...{ user_id: "cnpg-backup", display_name: changes.displayName, max_buckets: 3, suspended: 0 },
      keys: [declared, theirs],
      user_quota: { enabled: true, max_size: 2 ** 40, max_objects: -1 },
      caps: [{ type: "usage", perm: "read" }],
      op_mask: "read",
      placement_tags: ["fast", ...marks],
      subusers: [],
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
    byHand((user) => {
      user.keys = [];
    });
    assert.equal(succeeds("adopt"), "changed: display name, keys");
  });

  it("changes nothing of a user with keys that somebody may be using, unless it is told that they may end", () => {
    madeByHand();
    const before = state();
    for (const otherKeys of ["revoke", "leave"]) {
      assert.match(
        fails("adopt", { displayName: "Other", otherKeys }),
        /^RGW user cnpg-backup already exists, with undeclared keys \(1\).*rgwUser\.existingKeys revoke/,
      );
    }
    assert.match(fails("adopt", { accessKeyId: "BYHAND" }), /undeclared keys \(1\)/, "its secret is another");
    assert.deepEqual(state().users, before.users);
    assert.equal(
      succeeds("adopt", { otherKeys: "leave", existingKeys: "revoke" }),
      "changed: display name, keys",
    );
    assert.deepEqual(keysOf("cnpg-backup"), ["BYHAND", "AKDECLARED"]);
    assert.equal(revoke(), "unchanged");
    assert.equal(revoke({ existingKeys: "revoke" }), "revoked: 1");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
  });

  it("proposes a user and a bucket of its own before anything else", () => {
    madeByHand();
    const said = fails("adopt", { owner: { id: "other", stack: "acme/backups/Lab_2" } });
    const [own, declare] = [said.indexOf("rgwUser.uid cnpg-backup-lab-2"), said.indexOf("Declare the one")];
    assert.ok(own > 0 && declare === -1 && own < said.indexOf("cnpg-rgw:accessKeyId"), said);
    assert.match(said, /`pulumi config set cnpg-rgw:bucket cnpg-backups-lab-2`/);
  });

  it("goes on with a user that a run made, and was broken off before it gave it its key", () => {
    succeeds("apply");
    const made = state().calls.find((call) => call.startsWith("user create")) ?? "";
    const [, placeholder = ""] = /--access-key=(\S+) --gen-secret/.exec(made) ?? [];
    assert.match(placeholder, /^unfinished-/);
    byHand((user) => {
      user.keys = [{ user: "cnpg-backup", access_key: placeholder, secret_key: "generated-by-rgw" }];
      user.placement_tags = [];
    });
    assert.equal(succeeds("adopt", { otherKeys: "leave" }), "changed: keys");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
    assert.equal(succeeds("delete"), "removed", "it is this stack's");
  });

  it("revokes its own keys but the declared one, after a while, and waits only if there is one", () => {
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

  it("looks without a write: what differs, which keys and stacks there are, and when the user was last written", () => {
    const ofRevocation = { name: "rgw_user_key_revocation.py" } as const;
    const inspect = (...[changes, quota, name]: [object?, object?, Parameters<typeof run>[3]?]): unknown =>
      JSON.parse(succeeds("inspect", changes, quota, name));
    const none = {
      differs: [],
      otherKeys: 0,
      oldKeys: 0,
      isOwn: false,
      owners: [],
      refuses: [],
      writtenAt: "",
    };
    const found = { ...none, isOwn: true, writtenAt: "2026-11-22T19:47:39.863256Z" };
    assert.deepEqual(inspect(), { ...none, differs: ["absent"] });
    assert.deepEqual(inspect({}, {}, ofRevocation), none);
    succeeds("apply", { accessKeyId: "AKBEFORE" });
    succeeds("apply", { otherKeys: "leave" });
    assert.deepEqual(inspect({ otherKeys: "leave" }), { ...found, oldKeys: 1 });
    assert.deepEqual(inspect(), { ...found, differs: ["keys"], oldKeys: 1 });
    byHand((user) => {
      Object.assign(user, { suspended: 1, max_buckets: 5, display_name: "by hand", op_mask: "read" });
      user.keys.push({ user: "cnpg-backup", access_key: "BYHAND", secret_key: "by-hand" });
    });
    save({ ...state(), calls: [] });
    const seen = { ...found, otherKeys: 1, oldKeys: 1, refuses: ["write", "delete"] };
    const differs = ["display name", "max buckets", "suspended"];
    assert.deepEqual(inspect({}, { maxObjects: 5 }), { ...seen, differs: [...differs, "keys", "quota"] });
    assert.deepEqual(inspect({ otherKeys: "leave" }), { ...seen, differs });
    assert.deepEqual(inspect({}, {}, ofRevocation), seen);
    assert.deepEqual(inspect({ existingKeys: "revoke" }, {}, ofRevocation), { ...seen, oldKeys: 2 });
    const yetToBe = { id: "", stack: "organization/cnpg-rgw/new" };
    assert.partialDeepStrictEqual(inspect({ owner: yetToBe, otherKeys: "leave" }), {
      ...{ differs, isOwn: false, owners: ["organization/cnpg-rgw/lab"] },
    });
    byHand((user) => {
      user.keys = [];
    });
    assert.deepEqual(inspect({ otherKeys: "leave" }), {
      ...{ ...found, differs: [...differs, "keys"], refuses: ["write", "delete"] },
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
    assert.match(fails("apply"), /belongs to another user \(.* shows which\)\. Declare another key/);
    assert.deepEqual(Object.keys(state().users), ["somebody"]);
  });
});
