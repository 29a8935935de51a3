import assert from "node:assert/strict";
import { it } from "mocha";

import { fakeCeph, needsPython } from "./fake-ceph.ts";

needsPython.describe("the script that deletes an RGW user", () => {
  const { save, state, keysOf, succeeds, fails } = fakeCeph();

  it("removes the user, twice if need be", () => {
    succeeds("apply");
    assert.equal(succeeds("delete"), "removed");
    assert.equal(succeeds("delete"), "absent");
  });

  it("refuses to take buckets along", () => {
    succeeds("apply");
    save({ ...state(), buckets: { "cnpg-backup": ["cnpg-backups", "other"] } });
    assert.match(
      fails("delete"),
      /still owns bucket cnpg-backups, bucket other.*`pulumi config set cnpg-rgw:protectBucket true`.*onDelete `keep`/,
    );
    assert.ok(state().users["cnpg-backup"]);
    assert.ok(!state().calls.some((call) => call.includes("purge")));
  });

  it("with keep revokes the key, and nothing else", () => {
    succeeds("apply");
    save({ ...state(), buckets: { "cnpg-backup": ["cnpg-backups"] } });
    assert.match(succeeds("delete", { onDelete: "keep" }), /^kept: .* keys of this stack are revoked$/);
    assert.deepEqual(state().users["cnpg-backup"]?.keys, []);
    assert.equal(succeeds("apply"), "changed: keys");
  });

  it("with keep revokes what a broken-off change of keys left, too", () => {
    const leave = { otherKeys: "leave", onDelete: "keep" };
    succeeds("apply", leave);
    succeeds("apply", { ...leave, accessKeyId: "AKNEXT" });
    succeeds("delete", { ...leave, accessKeyId: "AKNEXT" });
    assert.deepEqual(keysOf("cnpg-backup"), []);
  });

  it("leaves a user alone that was given other keys since", () => {
    succeeds("apply");
    succeeds("apply", { accessKeyId: "AKNEWER" });
    for (const onDelete of ["keep", "remove"]) assert.match(succeeds("delete", { onDelete }), /^left alone/);
    assert.deepEqual(
      state().users["cnpg-backup"]?.keys.map((key) => key.access_key),
      ["AKNEWER"],
    );
  });
});
