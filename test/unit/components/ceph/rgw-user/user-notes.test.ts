import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { Inspection } from "../../../../../components/ceph/rgw-user/drift.ts";
import { userNotes } from "../../../../../components/ceph/rgw-user/user-notes.ts";

const asDeclared: Inspection = {
  ...{ differs: [], otherKeys: 0, oldKeys: 0, isOwn: true, owners: [], refuses: [], writtenAt: "" },
};
const notes = (but: Partial<Inspection>, uid = "cnpg-backup"): string =>
  userNotes(uid, { ...asDeclared, ...but }).join("\n");

describe("what is told of an RGW user, and not corrected", () => {
  it("is nothing of one that is as declared, or that this stack is yet to have", () => {
    assert.equal(notes({}), "");
    assert.equal(notes({ isOwn: false, otherKeys: 2, owners: ["organization/cnpg-rgw/other"] }), "");
  });

  it("is its op mask, by name, with the command that lifts it", () => {
    assert.match(
      notes({ refuses: ["write", "delete"] }),
      /"cnpg-backup" may not write or delete: its op mask was changed by hand.*`radosgw-admin user modify --uid cnpg-backup --op-mask=read,write,delete`$/,
    );
    assert.match(notes({ refuses: ["read"] }, "t$user"), /--uid 't\$user' /);
    assert.match(notes({ refuses: ["read"] }, "$(reboot)`"), /--uid UID /);
  });

  it("is keys that no stack has declared, and how they end", () => {
    assert.match(notes({ otherKeys: 2 }), /has keys \(2\) that no stack has declared.*existingKeys revoke`$/);
  });

  it("is another stack that uses it", () => {
    const said = notes({ owners: ["organization/cnpg-rgw/other"] });
    assert.match(said, /is also used by stack organization\/cnpg-rgw\/other\./);
    assert.match(
      said,
      /gone for good, take the user over: `pulumi config set --path cnpg-rgw:rgwUser\.takeOverFrom organization\/cnpg-rgw\/other`$/,
    );
  });
});
