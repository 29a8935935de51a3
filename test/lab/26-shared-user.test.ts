import assert from "node:assert/strict";
import { after, before, it } from "mocha";
import { setUpCephHost } from "./support/ceph-host.ts";
import { inFull } from "./support/full.ts";
import { mustPulumi, pulumi } from "./support/lab.ts";
import { keysOfStack, rgwUser, s3, stackIsUp, uid } from "./support/stack.ts";

const second = ["--stack", "second"];

inFull.describe("a second stack with the RGW user of the first", () => {
  before(async () => {
    await stackIsUp();
    await mustPulumi(["stack", "init", "second", "--no-select", "--copy-config-from", "lab"]);
  });

  after(async () => {
    await pulumi(["destroy", "--yes", "--skip-preview", ...second]);
    await pulumi(["stack", "rm", "second", "--yes", "--force"]);
    // To remove a stack selects none.
    await mustPulumi(["stack", "select", "lab"]);
  });

  it("is refused in the preview, with a user and a bucket of its own as the way out", async () => {
    const outcome = await pulumi(["preview", ...second]);
    assert.notEqual(outcome.code, 0);
    assert.match(
      outcome.all,
      /"cnpg-backup" already exists, and belongs to stack organization\/cnpg-rgw\/lab\. Do not share it: give this stack its own user and bucket/,
    );
  });

  it("is refused with the first one's keys declared, too, and ends none of them", async () => {
    const marks = (await rgwUser(uid))?.placement_tags;
    assert.equal(marks?.filter((tag) => tag.startsWith("cnpg-rgw:")).length, 1);
    const keys = await keysOfStack();
    for (const name of ["accessKeyId", "secretAccessKey"] as const) {
      await mustPulumi(["config", "set", "--secret", `cnpg-rgw:${name}`, ...second], { input: keys[name] });
    }
    assert.match((await pulumi(["preview", ...second])).all, /belongs to stack organization\/cnpg-rgw\/lab/);
    assert.notEqual((await pulumi(["up", "--yes", "--skip-preview", ...second])).code, 0);
    await mustPulumi(["destroy", "--yes", "--skip-preview", ...second]);
    const user = await rgwUser(uid);
    assert.deepEqual(
      [user?.keys.map((key) => key.access_key), user?.placement_tags],
      [[keys.accessKeyId], marks],
    );
    assert.deepEqual(await s3({ ...keys, steps: [["head", ""]] }), ["done"]);
    await mustPulumi(["preview", "--expect-no-changes"]);
  });

  it("has no quarrel about the user once it has followed the message", async () => {
    for (const name of ["accessKeyId", "secretAccessKey"]) {
      await mustPulumi(["config", "rm", `cnpg-rgw:${name}`, ...second]);
    }
    await mustPulumi(["config", "set", "--path", "cnpg-rgw:rgwUser.uid", "cnpg-backup-second", ...second]);
    await mustPulumi(["config", "set", "cnpg-rgw:bucket", "cnpg-backups-second", ...second]);
    // The Ceph host's account knows the first user only, and the preview says what adds the other.
    assert.match((await pulumi(["preview", ...second])).all, /install\.py[^]*--uid[= ]?'?cnpg-backup-second/);
    await setUpCephHost("--uid=cnpg-backup-second");
    assert.doesNotMatch((await pulumi(["preview", ...second])).all, /RGW user/);
    await setUpCephHost("--forget=cnpg-backup-second");
  });
});
