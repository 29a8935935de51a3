import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "mocha";
import { execa } from "execa";
import { setPlain, sql, up, withoutDatabases } from "./support/database.ts";
import { inFull } from "./support/full.ts";
import { kubectl, mustPulumi, pulumi } from "./support/lab.ts";
import { backupSecret, keysOfStack, rememberedConfig } from "./support/stack.ts";
import { checkoutCopy } from "./support/workspace.ts";

/** The stack in examples/team, which has installed the package, on the platform that stack lab is. */
const folder = join(checkoutCopy, "examples", "team");
const team = (...args: string[]): Promise<string> => mustPulumi(["--cwd", folder, ...args]);

inFull.describe("another stack that imports the components", () => {
  before(async () => {
    await withoutDatabases();
    await execa("npm", ["run", "build"], { cwd: checkoutCopy });
    // As `npm install` does with a package of a folder.
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(checkoutCopy, join(folder, "node_modules", "pulumi-cnpg-rgw"));
  });

  it("makes a database on the platform, with backups under a prefix of its own", async () => {
    await team("stack", "init", "team");
    await team("config", "set", "team:platform", "organization/cnpg-rgw/lab");
    await team("config", "set", "team:image", "localhost/postgresql:17");
    await team("up", "--yes", "--skip-preview");
    assert.equal(await sql({ namespace: "team", name: "orders" }, "select 1;"), "1");
    const { values } = await backupSecret("team");
    const { accessKeyId } = await keysOfStack();
    assert.deepEqual([values.S3_ACCESS_KEY_ID, values.S3_PATH], [accessKeyId, "/team"]);
    const printed = await team("stack", "output", "destinationPath");
    assert.match(printed, /^s3:\/\/cnpg-backups\/team\/orders$/m);
  });

  it("changes nothing a second time, and keeps the platform's keys out of its state", async () => {
    await team("up", "--yes", "--skip-preview", "--expect-no-changes");
    const { secretAccessKey } = await keysOfStack();
    const state = await team("stack", "export");
    assert.ok(!state.includes(secretAccessKey));
  });

  it("keeps its Secret where the platform lists its namespace too", async () => {
    const putConfigBack = rememberedConfig();
    const before = await backupSecret("team");
    setPlain("namespaces", [{ name: "demo", create: true }, "team"]);
    for (const command of [["preview"], up]) {
      const refused = await pulumi(command);
      assert.notEqual(refused.code, 0);
      assert.match(
        refused.all,
        /Secret cnpg-backup-s3 is already in namespace team, and another stack or component made it/,
      );
    }
    putConfigBack();
    await mustPulumi(up);
    assert.deepEqual(await backupSecret("team"), before);
  });

  it("leaves the database and all that it needs alone until its protection is lifted", async () => {
    const kinds = "clusters.postgresql.cnpg.io,scheduledbackups,objectstores,secrets";
    const everything = () => kubectl("-n", "team", "get", kinds, "-o", "name");
    const before = await everything();
    const destroy = ["--cwd", folder, "destroy", "--yes", "--skip-preview"];
    const refused = await pulumi(destroy);
    assert.notEqual(refused.code, 0);
    assert.equal(await everything(), before);
    await mustPulumi([...destroy, "--exclude-protected"]);
    assert.equal(await everything(), before);
    await team("state", "unprotect", "--all", "--yes");
    await team("destroy", "--yes", "--skip-preview");
    assert.equal(await kubectl("-n", "team", "get", "clusters", "-o", "name"), "");
  });

  after(async () => {
    await kubectl("delete", "namespace", "team", "--ignore-not-found", "--timeout=120s");
  });
});
