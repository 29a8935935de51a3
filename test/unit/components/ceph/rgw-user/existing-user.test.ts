import assert from "node:assert/strict";
import { after, before, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import {
  keysInUseElsewhere,
  keysInUseNow,
  keysOfOthers,
  blankUntilGenerated,
} from "../../../../../components/ceph/rgw-user/existing-user.ts";
import { bootstrap, scriptText } from "../../../../../components/ceph/ssh/remote-job.ts";
import { startSshServer } from "../../../../support/ssh-server.ts";
import type { SshServer } from "../../../../support/ssh-server.ts";
import { hookArgs, secretMark } from "../../../hook-args.ts";
import { fakeCeph, needsPython } from "../fake-ceph.ts";
import { recordedResources } from "../../../mocks.ts";

recordedResources({ preview: true });

needsPython.describe("a user that a preview of a new stack finds, whose keys are generated", () => {
  const { declared, keysOf, byHand, succeeds } = fakeCeph();
  const withoutMarks = (uid: string): void => {
    byHand((user) => {
      user.placement_tags = [];
    }, uid);
  };
  let server: SshServer;
  before(async () => {
    server = await startSshServer();
  });
  after(() => server.close());

  const unknown = pulumi.output(pulumi.unknown as string);
  const ours = pulumi.secret(declared.accessKeyId);
  const owner = { id: "thisstack", stack: declared.owner.stack };
  const inUse = async (uid: string, accessKeyId: pulumi.Output<string>, takeOverFrom = "") => {
    const { port, hostKey, privateKey } = server;
    const values = {
      ...declared,
      quota: {},
      uid: pulumi.output(uid),
      accessKeyId,
      secretAccessKey: accessKeyId === unknown ? unknown : pulumi.secret(declared.secretAccessKey),
      owner: { ...owner, id: accessKeyId === unknown ? unknown : pulumi.output(owner.id) },
      takeOverFrom: pulumi.output(takeOverFrom),
      existingKeys: pulumi.output("refuse"),
    };
    const connection = { host: "127.0.0.1", port, user: "ceph-admin", hostKey, privateKey };
    const resource = undefined as unknown as pulumi.Resource;
    return keysInUseNow(resource, pulumi.secret(connection), await blankUntilGenerated(values));
  };

  it("is this stack's where an update has generated its key, and was broken off before it could say so", async () => {
    succeeds("adopt", { uid: "begun", otherKeys: "leave" });
    assert.equal(await inUse("begun", ours), undefined);
    assert.equal(await inUse("absent", ours), undefined);
  });

  it("is somebody else's where the keys are yet to be generated, or are others", async () => {
    succeeds("apply", { uid: "theirs", accessKeyId: "INUSE", secretAccessKey: "in-use" });
    withoutMarks("theirs");
    assert.deepEqual(keysOf("theirs"), ["INUSE"]);
    for (const key of [unknown, ours]) {
      const said = (await inUse("theirs", key)) ?? "";
      assert.match(said, /^RGW user "theirs" already exists, with undeclared keys \(1\)/);
      assert.doesNotMatch(said, /INUSE|AKDECLARED/);
      const [own, declare] = [
        said.indexOf("rgwUser.uid cnpg-backup-lab"),
        said.indexOf("cnpg-rgw:accessKeyId"),
      ];
      assert.ok(own > 0 && own < declare, "another user comes first");
    }
  });

  it("is another stack's where that one has marked it, with its key as well", async () => {
    const stack = "organization/cnpg-rgw/other";
    succeeds("adopt", { uid: "others", owner: { id: "otherstack", stack } });
    for (const key of [unknown, ours]) {
      assert.match(
        (await inUse("others", key)) ?? "",
        /^RGW user "others" already exists, and belongs to stack organization\/cnpg-rgw\/other\. Do not share it: give this stack its own user/,
      );
    }
    assert.equal(await inUse("others", ours, stack), undefined);
  });
});

needsPython.describe("a user of the stack that is declared to be in another place", () => {
  const { declared, save, state, byHand, succeeds } = fakeCeph();
  const withoutMarks = (): void => {
    byHand((user) => {
      user.placement_tags = [];
    });
  };
  let server: SshServer;
  before(async () => {
    server = await startSshServer();
  });
  after(() => server.close());

  const inputs = (changes: Partial<typeof declared> = {}) => {
    const { port, hostKey, privateKey } = server;
    const job = { ...declared, quota: {}, otherKeys: "leave", ...changes, script: scriptText("rgw_user.py") };
    return {
      connection: { host: "127.0.0.1", port, user: "ceph-admin", hostKey, privateKey },
      stdin: JSON.stringify(job),
    };
  };
  const next = { accessKeyId: "AKNEXT", secretAccessKey: "next" };
  const foreign = { accessKeyId: "INUSE", secretAccessKey: "in-use" };

  it("is refused there with keys that never were this stack's, and nothing is written", async () => {
    succeeds("apply", foreign);
    withoutMarks();
    save({ ...state(), calls: [] });
    for (const now of [inputs(), inputs(next), inputs({ otherKeys: "revoke" })]) {
      assert.match(
        (await keysOfOthers(now, inputs())) ?? "",
        /^RGW user "cnpg-backup" already exists in its new place \(127\.0\.0\.1\), with undeclared keys \(1\)/,
      );
    }
    assert.ok(state().calls.every((call) => call.startsWith("metadata get")));
  });

  it("is found by inputs whose secrets hold secrets, as the command provider marks them", async () => {
    succeeds("apply", foreign);
    withoutMarks();
    const { connection, stdin } = inputs();
    const sent = (changes: object) => ({
      addPreviousOutputInEnv: false,
      connection: secretMark({ ...connection, privateKey: secretMark(connection.privateKey), ...changes }),
      stdin: secretMark(stdin),
      triggers: ["cnpg-backup"],
    });
    const said = (before: object) =>
      keysInUseElsewhere(undefined as unknown as pulumi.Resource, hookArgs(sent({})), hookArgs(sent(before)));
    const commands = server.commands.length;
    assert.equal(await said({}), undefined);
    assert.equal(server.commands.length, commands);
    assert.match((await said({ host: "10.0.0.9" })) ?? "", /undeclared keys \(1\)/);
  });

  it("is refused where the key has the right id only", async () => {
    succeeds("apply", { ...foreign, otherKeys: "leave" });
    succeeds("apply", { secretAccessKey: "theirs", otherKeys: "leave" });
    withoutMarks();
    assert.match((await keysOfOthers(inputs(), inputs())) ?? "", /undeclared keys \(2\)/);
  });

  it("is refused there where another stack has it, whatever may end", async () => {
    succeeds("apply", { ...foreign, owner: { id: "otherstack", stack: "organization/cnpg-rgw/other" } });
    assert.match(
      (await keysOfOthers(inputs({ existingKeys: "revoke" }), inputs())) ?? "",
      /^RGW user "cnpg-backup" already exists in its new place \(127\.0\.0\.1\), and belongs to stack organization\/cnpg-rgw\/other/,
    );
  });

  it("is left to the script where existing keys may end", async () => {
    succeeds("apply", foreign);
    withoutMarks();
    assert.equal(await keysOfOthers(inputs({ existingKeys: "revoke" }), inputs()), undefined);
  });

  it("is none there, has no keys, or has been this stack's before: with the old key, or the new one", async () => {
    const isFree = async (now = inputs()) => {
      assert.equal(await keysOfOthers(now, inputs()), undefined);
      assert.equal(server.commands.at(-1), bootstrap("inspect"));
    };
    await isFree();
    succeeds("apply");
    await isFree();
    await isFree(inputs(next));
    // A change of keys that was broken off before the revocation, by hand or by another address of the same Ceph.
    succeeds("apply", { ...next, otherKeys: "leave" });
    await isFree(inputs(next));
    succeeds("apply", next);
    succeeds("apply", { ...foreign, otherKeys: "leave" });
    await isFree(inputs(next));
    byHand((user) => {
      Object.assign(user, { keys: [], placement_tags: [] });
    });
    await isFree();
  });

  it("is an error where the look fails, for the keys may be there", async () => {
    save({ ...state(), breaks: { exitCode: 1, stderr: "failed to fetch mon config" } });
    await assert.rejects(keysOfOthers(inputs(), inputs()), /no Ceph monitor answered/);
  });
});
