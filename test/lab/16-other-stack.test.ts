import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { sql, withoutDatabases } from "./support/database.ts";
import { isFull, onlyInFull } from "./support/full.ts";
import { kubectl, mustPulumi, pulumi } from "./support/lab.ts";
import { backupSecret, keysOfStack } from "./support/stack.ts";
import { checkoutCopy } from "./support/workspace.ts";

/** The stack in examples/team, which has installed the package, on the platform that stack lab is. */
const folder = join(checkoutCopy, "examples", "team");
const team = (...args: string[]): Promise<string> => mustPulumi(["--cwd", folder, ...args]);

before(async () => {
  if (!isFull) return;
  await withoutDatabases();
  await execa("npm", ["run", "build"], { cwd: checkoutCopy });
  // As `npm install` does with a package of a folder.
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(checkoutCopy, join(folder, "node_modules", "pulumi-cnpg-rgw"));
});

describe("another stack that imports the components", onlyInFull, () => {
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

  it("leaves the database alone until its protection is lifted", async () => {
    const refused = await pulumi(["--cwd", folder, "destroy", "--yes", "--skip-preview"]);
    assert.notEqual(refused.code, 0);
    assert.match(await kubectl("-n", "team", "get", "clusters", "-o", "name"), /orders/);
    await team("state", "unprotect", "--all", "--yes");
    await team("destroy", "--yes", "--skip-preview");
    assert.equal(await kubectl("-n", "team", "get", "clusters", "-o", "name"), "");
  });

  after(async () => {
    if (!isFull) return;
    await kubectl("delete", "namespace", "team", "--ignore-not-found", "--timeout=120s");
  });
});
