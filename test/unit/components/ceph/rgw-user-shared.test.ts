import assert from "node:assert/strict";
import { it } from "mocha";

import { fakeCeph, needsPython } from "./fake-ceph.ts";

needsPython.describe("the scripts for an RGW user that another stack uses", () => {
  const { state, save, keysOf, byHand, succeeds, fails } = fakeCeph();

  const ofA = {
    owner: { id: "aaaa", stack: "organization/cnpg-rgw/a" },
    otherKeys: "leave",
    onDelete: "keep",
  };
  const ofB = { ...ofA, owner: { id: "bbbb", stack: "organization/cnpg-rgw/b" } };
  const key = (name: string) => ({ accessKeyId: name, secretAccessKey: `secret-of-${name}` });
  const revoke = (changes: object): string =>
    succeeds("apply", changes, {}, { name: "rgw_user_key_revocation.py" });
  const keys = (): string[] | undefined => keysOf("cnpg-backup");
  const removeMarks = (): void => {
    byHand((user) => {
      user.placement_tags = [];
    });
  };

  it("refuse to join, whatever keys are declared, and say to take another user first", () => {
    succeeds("adopt", { ...ofA, ...key("OLD") });
    const before = state().users;
    for (const declared of [key("OLD"), key("NEW")]) {
      for (const existingKeys of ["refuse", "revoke"]) {
        assert.match(
          fails("adopt", { ...ofB, ...declared, existingKeys }),
          /^RGW user cnpg-backup belongs to stack organization\/cnpg-rgw\/a\. Nothing was changed\. Do not share it: give this stack its own user and bucket \(`pulumi config set --path cnpg-rgw:rgwUser\.uid cnpg-backup-b`/,
        );
      }
    }
    assert.deepEqual(state().users, before);
  });

  it("refuse to join one whose first update was quicker by a moment, and leave its user", () => {
    succeeds("adopt", { ...ofA, ...key("OLD") });
    const { users, ...others } = state();
    const madeMeanwhile = users["cnpg-backup"] ?? assert.fail("no user");
    for (const failing of [{}, { displayName: "Another" }]) {
      save({ ...others, users: {}, madeMeanwhile });
      assert.match(
        fails("adopt", { ...ofB, ...key("NEW"), ...failing }),
        /belongs to stack .*\/a\. Nothing was/,
      );
      assert.ok(keys()?.includes("OLD"));
      // The key without a secret that Ceph may have added goes with the other stack's next update.
      succeeds("apply", { ...ofA, ...key("OLD"), otherKeys: "revoke" });
      assert.deepEqual(keys(), ["OLD"]);
    }
  });

  it("refuse to join a stack of the same name, too: there may be one elsewhere", () => {
    succeeds("adopt", { ...ofA, ...key("OLD") });
    assert.match(
      fails("adopt", { ...ofA, owner: { ...ofA.owner, id: "cccc" }, ...key("OLD") }),
      /belongs to stack/,
    );
  });

  it("go on with a stack that was renamed, and with its keys", () => {
    succeeds("adopt", { ...ofA, ...key("OLD") });
    const renamed = { ...ofA, owner: { ...ofA.owner, stack: "organization/cnpg-rgw/renamed" } };
    assert.equal(succeeds("apply", { ...renamed, ...key("OLD") }), "changed: owner");
    succeeds("apply", { ...renamed, ...key("NEW") });
    assert.equal(revoke({ ...renamed, ...key("NEW") }), "revoked: 1");
    assert.deepEqual(keys(), ["NEW"]);
  });

  it("take over from a stack that is named, without ending its keys", () => {
    succeeds("adopt", { ...ofA, ...key("OLD") });
    const takeOver = { ...ofB, ...key("NEW"), takeOverFrom: "organization/cnpg-rgw/a" };
    assert.equal(succeeds("adopt", takeOver), "changed: owner, keys");
    assert.deepEqual(keys(), ["OLD", "NEW"]);
    assert.equal(revoke({ ...ofB, ...key("NEW") }), "unchanged");
    assert.match(succeeds("delete", { ...ofA, ...key("OLD") }), /now belongs to another stack/);
    assert.equal(revoke({ ...ofB, ...key("NEW"), existingKeys: "revoke" }), "revoked: 1");
    assert.deepEqual(keys(), ["NEW"]);
  });

  /** As two stacks are that shared the user before there were marks: B declared the key of A. */
  const shared = (): void => {
    succeeds("adopt", { ...ofA, ...key("OLD") });
    removeMarks();
    succeeds("apply", { ...ofA, ...key("OLD") });
    succeeds("apply", { ...ofB, ...key("OLD"), keysAreGenerated: false });
  };

  it("end no key that the other stack uses, when one gets new keys", () => {
    shared();
    succeeds("apply", { ...ofA, ...key("NEW") });
    assert.equal(revoke({ ...ofA, ...key("NEW") }), "revoked: 0");
    assert.deepEqual(keys(), ["OLD", "NEW"]);
    assert.equal(succeeds("apply", { ...ofB, ...key("OLD") }), "unchanged");
    assert.equal(revoke({ ...ofB, ...key("OLD") }), "unchanged");
    // B was the last one to use it, so it ends when B gets another one.
    succeeds("apply", { ...ofB, ...key("OFB") });
    assert.equal(revoke({ ...ofB, ...key("OFB") }), "revoked: 1");
    assert.deepEqual(keys(), ["NEW", "OFB"]);
  });

  it("end no key that the other stack uses, when one is destroyed", () => {
    for (const onDelete of ["keep", "remove"]) {
      shared();
      assert.match(succeeds("delete", { ...ofB, ...key("OLD"), onDelete }), /^kept/);
      assert.deepEqual(keys(), ["OLD"]);
      assert.equal(succeeds("apply", { ...ofA, ...key("OLD") }), "unchanged");
      assert.equal(succeeds("delete", { ...ofA, ...key("OLD"), onDelete: "remove" }), "removed");
    }
  });

  it("do not give a key of the other stack another secret", () => {
    shared();
    succeeds("apply", { ...ofB, ...key("OFB") });
    assert.match(
      fails("apply", { ...ofA, ...key("OFB"), secretAccessKey: "another-secret" }),
      /belongs to stack organization\/cnpg-rgw\/b, with another secret/,
    );
  });

  it("find the stack by its key where they are not told which one", () => {
    succeeds("adopt", { ...ofA, ...key("OLD") });
    succeeds("apply", { ...ofA, ...key("NEW") });
    const notTold = { owner: { id: null, stack: "" } };
    assert.equal(revoke({ ...notTold, ...key("NEW") }), "revoked: 1");
    assert.deepEqual(keys(), ["NEW"]);
  });
});

needsPython.describe("the scripts for an RGW user that was there before", () => {
  const { save, state, keysOf, byHand, run, succeeds, fails } = fakeCeph();
  const given = { keysAreGenerated: false, otherKeys: "leave" };
  const inUse = { accessKeyId: "INUSE", secretAccessKey: "in-use" };
  const revoke = (changes: object): string =>
    succeeds("apply", changes, {}, { name: "rgw_user_key_revocation.py" });
  const madeByHand = (): void => {
    succeeds("apply", inUse);
    byHand((user) => {
      user.placement_tags = ["fast"];
    });
  };

  it("leave it at the end with exactly the key and the tags that it had", () => {
    for (const onDelete of ["keep", "remove"]) {
      madeByHand();
      const before = state().users["cnpg-backup"];
      assert.equal(succeeds("adopt", { ...given, ...inUse }), "changed: owner");
      assert.equal(succeeds("adopt", { ...given, ...inUse }), "unchanged");
      assert.match(succeeds("delete", { ...given, ...inUse, onDelete }), /^kept/);
      assert.deepEqual(state().users["cnpg-backup"], before);
    }
  });

  it("end the key that it had when others are declared, and these at the end", () => {
    madeByHand();
    succeeds("adopt", { ...given, ...inUse });
    succeeds("apply", given);
    assert.equal(revoke({}), "revoked: 1");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
    assert.match(succeeds("delete", given), /^kept/);
    assert.deepEqual(keysOf("cnpg-backup"), []);
  });

  it("leave the key that it had where a change of keys was broken off", () => {
    madeByHand();
    succeeds("adopt", { ...given, ...inUse });
    succeeds("apply", given);
    succeeds("delete", { ...given, ...inUse });
    assert.deepEqual(keysOf("cnpg-backup"), ["INUSE"]);
  });

  it("leave a user that the stack made, but that somebody has given a key", () => {
    succeeds("adopt");
    byHand((user) => {
      user.keys.push({ user: "cnpg-backup", access_key: "BYHAND", secret_key: "by-hand" });
    });
    assert.match(succeeds("delete"), /^kept/);
    assert.deepEqual(keysOf("cnpg-backup"), ["BYHAND"]);
  });

  it("mark one of before there were marks, as what its key tells of it", () => {
    for (const [keysAreGenerated, left] of [
      [true, undefined],
      [false, ["AKDECLARED"]],
    ] as const) {
      succeeds("apply");
      byHand((user) => {
        user.placement_tags = [];
      });
      assert.equal(succeeds("apply", { keysAreGenerated }), "changed: owner");
      assert.equal(succeeds("apply", { keysAreGenerated }), "unchanged");
      succeeds("delete", { keysAreGenerated });
      assert.deepEqual(keysOf("cnpg-backup"), left);
    }
  });

  it("mark it by tags that tell no key, and that no admin tool takes apart", () => {
    succeeds("apply");
    const [tag = ""] = state().users["cnpg-backup"]?.placement_tags ?? [];
    assert.match(tag, /^cnpg-rgw:thisstack:organization\/cnpg-rgw\/lab:made:made-[\da-f]{16}$/);
    assert.doesNotMatch(tag, /[;,=\s]|AKDECLARED/);
  });

  it("write nothing on a host of a secondary zone, and say where to go", () => {
    succeeds("apply");
    const zone = (isSecondaryZone: boolean): void => {
      save({ ...state(), isSecondaryZone });
    };
    const before = state().users;
    zone(true);
    assert.equal(succeeds("apply"), "unchanged");
    assert.match(
      fails("apply", { displayName: "Other" }),
      /belongs to a secondary zone.*a host of the master zone/,
    );
    assert.match(fails("apply", { uid: "another" }), /belongs to a secondary zone/);
    const { stderr } = run("apply", { accessKeyId: "AKNEXT" });
    assert.match(stderr, /belongs to a secondary zone/);
    assert.deepEqual(state().users, before);
  });
});
