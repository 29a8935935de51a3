import assert from "node:assert/strict";
import { after, before, it } from "mocha";

import { markKeysOfBefore } from "../../../../../components/ceph/rgw-user/first-mark.ts";
import { scriptText } from "../../../../../components/ceph/ssh/remote-job.ts";
import { startSshServer } from "../../../../support/ssh-server.ts";
import type { SshServer } from "../../../../support/ssh-server.ts";
import { hookArgs, secretMark } from "../../../hook-args.ts";
import { fakeCeph, needsPython } from "../fake-ceph.ts";
import { recordedResources } from "../../../mocks.ts";

recordedResources();

needsPython.describe("new keys in the first update that marks the user", () => {
  const { declared, save, state, keysOf, byHand, succeeds } = fakeCeph();
  let server: SshServer;
  before(async () => {
    server = await startSshServer();
  });
  after(() => server.close());

  const inputs = (job: object, address = "127.0.0.1") => {
    const { port, hostKey, privateKey } = server;
    const connection = { host: address, port, user: "ceph-admin", hostKey, privateKey };
    const stdin = JSON.stringify({ quota: {}, ...job, script: scriptText("rgw_user.py") });
    return hookArgs({
      connection: secretMark({ ...connection, privateKey: secretMark(privateKey) }),
      stdin: secretMark(stdin),
    });
  };
  const leave = { ...declared, otherKeys: "leave" };
  const next = { ...leave, accessKeyId: "AKNEXT", secretAccessKey: "secret-of-next" };
  // As it is in the state of a stack that no version with marks has updated.
  const ofBefore = { ...leave, owner: undefined };
  const without = (): void => {
    succeeds("apply", { otherKeys: "leave" });
    byHand((user) => {
      user.placement_tags = [];
    });
    save({ ...state(), calls: [] });
  };

  it("come after a mark for the key of before, which then ends as any other", async () => {
    without();
    assert.equal(await markKeysOfBefore(inputs(next), inputs(ofBefore)), undefined);
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
    succeeds("apply", next);
    const revocation = { name: "rgw_user_key_revocation.py" } as const;
    assert.equal(succeeds("apply", next, {}, revocation), "revoked: 1");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKNEXT"]);
    // The key of before may have been declared, and the user adopted with it.
    assert.match(succeeds("delete", { ...next, onDelete: "remove" }), /^kept/);
    assert.deepEqual(keysOf("cnpg-backup"), []);
  });

  it("are all that it is for: the same keys, a mark and another place do without", async () => {
    without();
    for (const [now, last] of [
      [inputs(leave), inputs(ofBefore)],
      [inputs(next), inputs(leave)],
      [inputs(next), inputs(ofBefore, "10.0.0.9")],
      [inputs(next), inputs({ ...ofBefore, uid: "another" })],
    ] as const) {
      assert.equal(await markKeysOfBefore(now, last), undefined);
    }
    assert.deepEqual(state().calls, []);
  });

  it("wait where the user cannot be marked", async () => {
    save({ ...state(), breaks: { exitCode: 1, stderr: "failed to fetch mon config" } });
    assert.match(
      (await markKeysOfBefore(inputs(next), inputs(ofBefore))) ?? "",
      /^Could not mark RGW user "cnpg-backup" with the keys it has.*no Ceph monitor answered.*Then run `pulumi up` again\.$/,
    );
  });
});
