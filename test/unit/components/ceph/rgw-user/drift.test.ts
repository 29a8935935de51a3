import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { correctsDrift, driftIn } from "../../../../../components/ceph/rgw-user/drift.ts";
import { bootstrap } from "../../../../../components/ceph/ssh/remote-job.ts";
import { nestedSecret, secretMark } from "../../../hook-args.ts";
import { startSshServer } from "../../../../support/ssh-server.ts";
import type { SshServer } from "../../../../support/ssh-server.ts";

/** An answer of `inspect`: a user that is as declared, but for these. */
const answer = (but: object): object => ({
  ...{ differs: [], otherKeys: 0, oldKeys: 0, isOwn: true, owners: [], refuses: [], writtenAt: "" },
  ...but,
});

/** A script that only prints, as `inspect` of the real ones does. */
const printing = (inspection: unknown): string =>
  `print(${JSON.stringify(typeof inspection === "string" ? inspection : JSON.stringify(inspection))})`;

describe("correctsDrift", () => {
  let server: SshServer;
  let uid = 0;
  before(async () => {
    server = await startSshServer();
  });
  after(() => server.close());
  beforeEach(() => {
    // Looks are shared between commands about one user.
    uid += 1;
  });

  const findings = ({ differs, oldKeys }: { differs: string[]; oldKeys: number }): string[] =>
    oldKeys === 0 ? differs : [...differs, "other keys"];
  const resource = undefined as unknown as pulumi.Resource;
  const declared = (script: string, changes: Partial<SshServer> = {}) => {
    const { port, hostKey, privateKey } = { ...server, ...changes };
    const connection = { host: "127.0.0.1", port, user: "ceph-admin", hostKey, privateKey };
    const job = { radosgwAdmin: "radosgw-admin", uid: `user-${uid}`, accessKeyId: "AK", script };
    return {
      // As the provider marks it: a secret that holds a secret.
      connection: nestedSecret({ ...connection, privateKey: secretMark(privateKey) }),
      stdin: pulumi.secret(JSON.stringify(job)),
      create: bootstrap("apply"),
    };
  };
  const transformed = async (script: string, changes: Partial<SshServer> = {}, opts = {}) => {
    const props = declared(script, changes);
    const [transform] = correctsDrift(resource, findings);
    const args = { custom: true, type: "command:remote:Command", name: "user", props, opts };
    const result = await transform?.(args);
    assert.ok(result);
    const { update, ...rest } = result.props;
    assert.deepEqual(Object.keys(rest), Object.keys(props));
    return { update: update as string | undefined, ignoreChanges: result.opts.ignoreChanges };
  };
  const asBefore = { update: undefined, ignoreChanges: ["update"] };

  it("keeps the update of the last time where nothing differs", async () => {
    const found = answer({});
    assert.deepEqual(await transformed(printing(found)), asBefore);
    assert.deepEqual(await transformed(printing(found), {}, { ignoreChanges: ["create"] }), {
      ...asBefore,
      ignoreChanges: ["create", "update"],
    });
  });

  it("names what differs, and since when, in a new update", async () => {
    const found = answer({
      ...{ differs: ["max buckets", "suspended"], oldKeys: 1, writtenAt: "2026-11-22T19:47:39Z" },
    });
    assert.deepEqual(await transformed(printing(found)), {
      update: `${bootstrap("apply")} # max buckets, suspended, other keys; 2026-11-22T19:47:39Z`,
      ignoreChanges: undefined,
    });
  });

  it("has a new update each time where Ceph does not say when", async () => {
    const absent = printing(answer({ differs: ["absent"] }));
    const first = (await transformed(absent)).update;
    await new Promise((resolve) => setTimeout(resolve, 5));
    uid += 1;
    assert.match(first ?? "", /# absent; \d{4}-/);
    assert.notEqual((await transformed(absent)).update, first);
  });

  it("is named for a preview, by the look that there has been, and only what is corrected", async () => {
    const found = answer({ differs: ["suspended", "max buckets"], oldKeys: 1 });
    const props = declared(printing(found));
    await transformed(printing(found));
    const commands = server.commands.length;
    assert.equal(
      await driftIn(props, findings, resource),
      `RGW user "user-${uid}" is not as declared, and will be corrected: suspended, max buckets, other keys`,
    );
    const ofKeysOnly = ({ oldKeys }: { oldKeys: number }) => (oldKeys === 0 ? [] : ["other keys"]);
    assert.match((await driftIn(props, ofKeysOnly, resource)) ?? "", /corrected: other keys$/);
    assert.equal(await driftIn(props, () => [], resource), undefined);
    assert.equal(server.commands.length, commands);
    const unknown = { ...props, stdin: pulumi.output(pulumi.unknown) };
    assert.equal(await driftIn(unknown, findings, resource), undefined);
  });

  it("looks once for all commands about one user and key", async () => {
    const before = server.commands.length;
    const found = printing(answer({ oldKeys: 1 }));
    await Promise.all([transformed(found), transformed(found)]);
    assert.equal(server.commands.length - before, 1);
    assert.deepEqual(server.commands.at(-1), bootstrap("inspect"));
  });

  const failures: [string, string, Partial<SshServer>][] = [
    ["a host that is away", "", { port: 1 }],
    ["a script that fails", "import sys; sys.exit('no monitor')", {}],
    ["an answer that is none", printing("{}"), {}],
    ["an answer that is not even JSON", printing("/etc/motd: welcome"), {}],
    ["words that a shell might read", printing(answer({ differs: ["x; reboot"] })), {}],
    ["a stack of another name than stacks have", printing(answer({ owners: ["a `reboot`"] })), {}],
  ];
  for (const [what, script, changes] of failures) {
    it(`changes nothing, with a warning: ${what}`, async () => {
      assert.deepEqual(await transformed(script, changes), asBefore);
    });
  }

  it("does not put a time into the command that is none", async () => {
    const found = answer({ differs: ["keys"], writtenAt: "$(reboot)" });
    const { update = "" } = await transformed(printing(found));
    assert.ok(update.includes("# keys; 2") && !update.includes("reboot"), update);
  });
});
