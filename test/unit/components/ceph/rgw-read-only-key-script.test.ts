import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "mocha";

import { fakeCeph, needsPython } from "./fake-ceph.ts";

const ofDrill = { accessKeyId: "AKDRILL", secretAccessKey: "sk-of-the-drill" };
const next = { accessKeyId: "AKDRILL2", secretAccessKey: "sk-of-the-next" };
const entry = { user: "cnpg-backup:drill", access_key: "AKDRILL", secret_key: "sk-of-the-drill" };
const script = { name: "rgw_read_only_key.py" } as const;

needsPython.describe("the script for a key that can only read", () => {
  const { declared, state, save, keysOf, byHand, succeeds, fails } = fakeCeph();
  const key = (operation: "apply" | "inspect" | "delete", changes: object = {}): string =>
    succeeds(operation, { ...ofDrill, ...changes }, {}, script);
  const user = () => state().users["cnpg-backup"] ?? assert.fail("no user");
  const leave = { otherKeys: "leave" };

  it("gives the user's subuser `drill` the key, to read and no more, and once", () => {
    succeeds("adopt");
    assert.equal(key("apply"), "changed");
    assert.deepEqual(user().keys[1], entry);
    assert.deepEqual(user().subusers, [{ id: "cnpg-backup:drill", permissions: "read" }]);
    assert.equal(key("apply"), "unchanged");
    assert.match(key("inspect"), /"differs": \[\]/);
  });

  it("needs the stack's mark on the user, which the user's own script makes", () => {
    assert.match(fails("apply", ofDrill, {}, script), /RGW user cnpg-backup no longer exists/);
    assert.match(key("inspect"), /"differs": \["absent"\]/);
    succeeds("adopt");
    byHand((changed) => {
      changed.placement_tags = [];
    });
    assert.match(fails("apply", ofDrill, {}, script), /no mark of this stack\. Run `pulumi up` again/);
  });

  it("gives a key that the user's script neither counts, corrects nor ends", () => {
    succeeds("adopt");
    key("apply");
    for (const otherKeys of ["leave", "revoke"]) {
      for (const existingKeys of ["refuse", "revoke"]) {
        assert.equal(succeeds("apply", { otherKeys, existingKeys }), "unchanged");
        assert.match(
          succeeds("inspect", { otherKeys, existingKeys }),
          /"differs": \[\], "otherKeys": 0, "oldKeys": 0/,
        );
        assert.equal(succeeds("adopt", { otherKeys, existingKeys }), "unchanged");
      }
    }
  });

  it("gives a key that outlives a rotation of the user's own", () => {
    const rotated = { ...leave, accessKeyId: "AKNEXT" };
    const revocation = { name: "rgw_user_key_revocation.py" } as const;
    succeeds("adopt", leave);
    key("apply");
    assert.equal(succeeds("apply", rotated), "changed: keys");
    assert.equal(key("apply"), "unchanged");
    assert.equal(succeeds("apply", { ...rotated, existingKeys: "revoke" }, {}, revocation), "revoked: 1");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDRILL", "AKNEXT"]);
    assert.equal(key("apply"), "unchanged");
    assert.equal(succeeds("apply", rotated, {}, revocation), "unchanged");
  });

  it("ends just its own key, and the subuser with its last one", () => {
    succeeds("adopt");
    const before = user();
    key("apply");
    key("apply", next);
    assert.equal(key("delete"), "ended");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED", "AKDRILL2"]);
    assert.equal(key("apply", next), "unchanged");
    assert.match(key("delete"), /^left alone/);
    assert.equal(key("delete", next), "ended");
    assert.deepEqual(user(), before);
    save({ ...state(), users: {} });
    assert.equal(key("delete", next), "absent");
  });

  it("leaves a subuser that has another key, and other subusers", () => {
    const others = [
      { id: "cnpg-backup:drill", permissions: "read" },
      { id: "cnpg-backup:swift", permissions: "full-control" },
    ];
    const theirs = { user: "cnpg-backup:drill", access_key: "THEIRS", secret_key: "theirs" };
    succeeds("adopt");
    byHand((changed) => {
      changed.subusers = others;
      changed.keys.push(theirs);
    });
    key("apply");
    key("delete");
    assert.deepEqual([user().subusers, keysOf("cnpg-backup")], [others, ["AKDECLARED", "THEIRS"]]);
  });

  it("refuses a subuser with more rights, and a key that is in use, and changes nothing", () => {
    succeeds("adopt");
    const before = user();
    const inUse = { accessKeyId: "AKDECLARED", secretAccessKey: "sk/declared+1" };
    assert.match(fails("apply", inUse, {}, script), /can only read is in use there already/);
    assert.deepEqual(user(), before);
    byHand((changed) => {
      changed.subusers = [{ id: "cnpg-backup:drill", permissions: "full-control" }];
    });
    assert.match(
      fails("apply", ofDrill, {}, script),
      /a subuser drill already, with permissions full-control.*cnpg-rgw:drillAccessKeyId/,
    );
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
  });

  it("puts back what was taken away or changed by hand", () => {
    succeeds("adopt");
    key("apply");
    const [, drill = assert.fail()] = user().keys;
    for (const change of [
      () => {
        byHand((changed) => (changed.subusers = []));
      },
      () => {
        byHand((changed) => (changed.keys = changed.keys.slice(0, 1)));
      },
      () => {
        byHand((changed) => (changed.keys = [...changed.keys.slice(0, 1), { ...drill, secret_key: "x" }]));
      },
    ]) {
      change();
      assert.match(key("inspect"), /"differs": \["drill key"\]/);
      assert.equal(key("apply"), "changed");
      assert.equal(key("apply"), "unchanged");
    }
  });

  it("ends with the user, and with what a stack keeps of it, whichever comes first", () => {
    succeeds("adopt");
    key("apply");
    assert.match(succeeds("delete", { onDelete: "keep" }), /^kept/);
    assert.deepEqual([user().keys, user().subusers], [[], []]);
    assert.match(key("delete"), /^left alone/);
    save({ ...state(), users: {} });
    succeeds("adopt");
    key("apply");
    assert.equal(succeeds("delete"), "removed");
  });

  it("is another stack's to keep where two have the user", () => {
    const ofB = { owner: { id: "bbbb", stack: "organization/cnpg-rgw/b" } };
    succeeds("adopt");
    succeeds("apply", { ...ofB, keysAreGenerated: false });
    key("apply");
    assert.equal(succeeds("apply", { ...ofB, existingKeys: "revoke" }), "unchanged");
    assert.match(key("delete", ofB), /^left alone/);
    assert.equal(key("delete"), "ended");
  });

  it("says that a host refused it which was set up before, and fails no update for it", () => {
    succeeds("adopt");
    const before = user();
    // As a wrapper of an earlier ceph-host/install.py does, which knows no subuser.
    const refuses = `case "$1 $2" in "metadata put") echo "radosgw-admin: refused: metadata put changes subusers" >&2; exit 77;; esac
exec ${declared.radosgwAdmin} "$@"`;
    const folder = mkdtempSync(join(tmpdir(), "old-wrapper-"));
    try {
      writeFileSync(join(folder, "radosgw-admin"), `#!/bin/sh\n${refuses}\n`, { mode: 0o755 });
      assert.equal(key("apply", { radosgwAdmin: join(folder, "radosgw-admin") }), "refused");
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(user(), before);
  });
});
