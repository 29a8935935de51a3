import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "mocha";
import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";
import { archiveNow, setPlain, sql, up, withoutDatabases } from "./support/database.ts";
import { inFull } from "./support/full.ts";
import { kubectl, must, mustPulumi, pulumi, type Options } from "./support/lab.ts";
import { setUpCephHost } from "./support/ceph-host.ts";
import {
  backupSecret,
  bucket,
  configFile,
  endpoint,
  keysOfStack,
  rememberedConfig,
  rgwUser,
  s3,
} from "./support/stack.ts";
import { checkoutCopy } from "./support/workspace.ts";

const exampleFolder = (name: string): string => join(checkoutCopy, "examples", name);

/** The stack in examples/team, which has installed the package, on the platform that stack lab is. */
const folder = exampleFolder("team");
const team = (...args: string[]): Promise<string> => mustPulumi(["--cwd", folder, ...args]);

/** That in examples/team-own-user. */
const own = (args: string[], options: Options = {}): Promise<string> =>
  mustPulumi(["--cwd", exampleFolder("team-own-user"), ...args], options);

/** Installs the package in an example, as `npm install` does with a package of a folder. */
async function installed(name: string): Promise<void> {
  await withoutDatabases();
  await execa("npm", ["run", "build"], { cwd: checkoutCopy });
  const modules = join(exampleFolder(name), "node_modules");
  mkdirSync(modules);
  symlinkSync(checkoutCopy, join(modules, "pulumi-cnpg-rgw"));
}

inFull.describe("another stack that imports the components", () => {
  before(() => installed("team"));

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

inFull.describe("a team with an S3 user and a bucket of its own", () => {
  before(() => installed("team-own-user"));

  const teamA = { namespace: "team-a", name: "orders" };
  const keysOfTeam = async () => {
    const { values } = await backupSecret("team-a");
    const { S3_ACCESS_KEY_ID: accessKeyId = "", S3_SECRET_ACCESS_KEY: secretAccessKey = "" } = values;
    return { accessKeyId, secretAccessKey };
  };

  it("makes a database with backups in that bucket", async () => {
    await setUpCephHost("--uid=team-a");
    const ceph = hostOfLab();
    await own(["stack", "init", "team-a"]);
    for (const [key, value] of Object.entries({
      endpoint,
      cephHostAddress: ceph.address,
      cephHostUser: ceph.user,
      cephHostKey: ceph.hostKey,
      image: "localhost/postgresql:17",
    }))
      await own(["config", "set", key, value]);
    const input = await must("workstation", ["pulumi", "config", "get", "cnpg-rgw:cephHostPrivateKey"]);
    await own(["config", "set", "--secret", "cephHostPrivateKey"], { input });
    await own(["preview"]);
    await own(up);
    assert.equal(await sql(teamA, "select 1;"), "1");
    assert.match(await own(["stack", "output", "destinationPath"]), /^s3:\/\/team-a-backups\/orders$/m);
    await archiveNow(teamA);
  });

  it("changes nothing a second time, and keeps its keys out of its state", async () => {
    await own([...up, "--expect-no-changes"]);
    const { secretAccessKey } = await keysOfTeam();
    assert.ok(!(await own(["stack", "export"])).includes(secretAccessKey));
  });

  it("reads nothing of the platform's, nor the platform anything of its own", async () => {
    const [ofTeam, ofPlatform] = [await keysOfTeam(), await keysOfStack()];
    assert.deepEqual(await s3({ ...ofTeam, bucket, steps: [["list", ""]] }), ["error: AccessDenied"]);
    const platform = { ...ofPlatform, bucket: "team-a-backups" };
    assert.deepEqual(await s3({ ...platform, steps: [["list", ""]] }), ["error: AccessDenied"]);
  });

  it("changes its keys without a gap in its WAL", async () => {
    const before = await keysOfTeam();
    await own(["config", "set", "keyRotation", "2026-12"]);
    await own(up);
    const { accessKeyId } = await keysOfTeam();
    assert.notEqual(accessKeyId, before.accessKeyId);
    assert.deepEqual(
      (await rgwUser("team-a"))?.keys.map((key) => key.access_key),
      [accessKeyId],
    );
    await archiveNow(teamA);
    const failed = "select failed_count from pg_stat_archiver;";
    assert.equal(await sql(teamA, failed), "0");
  });

  it("leaves the bucket and its owner when it is destroyed", async () => {
    assert.notEqual((await pulumi(["--cwd", exampleFolder("team-own-user"), "destroy", "--yes"])).code, 0);
    assert.equal(await sql(teamA, "select 1;"), "1");
    await own(["state", "unprotect", "--all", "--yes"]);
    await own(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual((await rgwUser("team-a"))?.keys, []);
  });

  after(async () => {
    await setUpCephHost("--forget=team-a");
    await kubectl("delete", "namespace", "team-a", "--ignore-not-found", "--timeout=120s");
  });
});

/** The account on the lab's Ceph host, as the config of stack lab has it. */
function hostOfLab(): { address: string; user: string; hostKey: string } {
  const host = z.object({ address: z.string(), user: z.string(), hostKey: z.string() });
  const { config } = z
    .object({ config: z.object({ "cnpg-rgw:cephHost": host }) })
    .parse(parse(readFileSync(configFile, "utf8")));
  return config["cnpg-rgw:cephHost"];
}
