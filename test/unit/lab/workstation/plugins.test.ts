import assert from "node:assert/strict";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import {
  checkMode,
  describePlugins,
  pluginMode,
  recordedPlugins,
} from "../../../../lab/workstation/chosen-plugins.ts";
import type { ChosenPlugin } from "../../../../lab/workstation/chosen-plugins.ts";
import { packageVersion, pluginVersion } from "../../../../lab/providers/versions.ts";
import { ensurePlugins } from "../../../../lab/workstation/plugins.ts";
import { workstationDir } from "../../../../lab/workstation/home.ts";
import { folderOfLab } from "../../lab-folders.ts";

const folder = mkdtempSync(join(tmpdir(), "plugins-"));
before(() => {
  process.env.PULUMI_HOME = join(folder, "pulumi");
  process.env.PATH = "/usr/bin:/bin";
});
// Never your own lab.
assert.ok(workstationDir.startsWith(folderOfLab), workstationDir);

const officialCommand: ChosenPlugin = { name: "command", version: "1.2.1", origin: "official" };
const why = "not installed, and get.pulumi.com is out of reach";
const ownAws: ChosenPlugin = { name: "aws", version: "7.48.0", origin: "lab", why };

describe("LAB_PLUGINS", () => {
  it("is one of three values or nothing, and another one is refused with these", () => {
    assert.deepEqual(
      [undefined, "", "lab", "official", "official:all"].map((value) => pluginMode(value ?? "")),
      ["any", "any", "lab", "official", "official:all"],
    );
    assert.throws(() => pluginMode("offical"), /^LabError: LAB_PLUGINS has the unknown value "offical"$/);
    assert.throws(() => pluginMode("Lab"), { hint: "set it to lab, official or official:all, or unset it" });
  });

  it("official takes what can be had, and is an error where nothing can", () => {
    checkMode("official", [officialCommand, ownAws]);
    assert.throws(() => {
      checkMode("official", [ownAws]);
    }, /^LabError: LAB_PLUGINS=official, and these official plugins cannot be had: aws 7\.48\.0 \(not installed, and/);
  });

  it("official:all is an error where one cannot be had, with the reason and what to do", () => {
    checkMode("official:all", [officialCommand]);
    assert.throws(
      () => {
        checkMode("official:all", [officialCommand, ownAws]);
      },
      (error: Error & { hint?: string }) => {
        assert.match(error.message, /cannot be had: aws 7\.48\.0 \(.* is out of reach\)$/);
        assert.match(
          error.hint ?? "",
          /pulumi plugin install.* or set LAB_PLUGINS=official to run the lab's own/,
        );
        return true;
      },
    );
  });

  it("that is not set, or lab, asks for nothing", () => {
    for (const mode of ["any", "lab"] as const) checkMode(mode, [ownAws]);
  });
});

describe("the line on whose plugins run", () => {
  it("has the version of each, and why one is the lab's own", () => {
    assert.equal(describePlugins([officialCommand]), "Pulumi plugins: the official ones (command 1.2.1)");
    assert.equal(
      describePlugins([officialCommand, ownAws]),
      `Pulumi plugins: the lab's own for aws 7.48.0 (${why}); official: command 1.2.1`,
    );
  });

  it("gives a reason that several share once", () => {
    const forced = ["aws", "random"].map((name): ChosenPlugin => ({
      name,
      version: "1.0.0",
      origin: "lab",
      why: "LAB_PLUGINS=lab",
    }));
    assert.equal(
      describePlugins(forced),
      "Pulumi plugins: the lab's own for aws 1.0.0, random 1.0.0 (LAB_PLUGINS=lab)",
    );
  });
});

describe("the lab's plugin folder", () => {
  const needed = ["nodejs", "aws", "command", "kubernetes", "random"];
  const inLab = join(workstationDir, "pulumi", "plugins");
  const commandFolder = `resource-command-v${pluginVersion("command")}`;

  beforeEach(() => {
    for (const old of [folder, workstationDir]) rmSync(old, { recursive: true, force: true });
    const plugin = join(folder, "pulumi", "plugins", commandFolder);
    const engine = join(folder, "pulumi", "versions", packageVersion("pulumi"), "bin");
    for (const path of [plugin, engine]) mkdirSync(path, { recursive: true });
    writeFileSync(join(plugin, "pulumi-resource-command"), "");
    // Every download fails.
    writeFileSync(join(engine, "pulumi"), "#!/bin/sh\necho 'error: 404 Not Found' >&2\nexit 1\n");
    chmodSync(join(engine, "pulumi"), 0o755);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const choose = (mode: string, isReachable: boolean): Promise<ChosenPlugin[]> => {
    process.env.LAB_PLUGINS = mode;
    return ensurePlugins(
      () => undefined,
      () => Promise.resolve(isReachable),
    );
  };
  const isOfficial = (): boolean =>
    lstatSync(join(inLab, commandFolder, "pulumi-resource-command")).isSymbolicLink();

  it("has the official plugins that are installed, and the lab's own for the others", async () => {
    const chosen = await choose("official", false);
    assert.deepEqual(
      chosen.map(({ name, origin }) => [name, origin]),
      needed.map((name) => [name, name === "command" ? "official" : "lab"]),
    );
    assert.equal(chosen[1]?.why, why);
    assert.ok(isOfficial());
    assert.ok(existsSync(join(inLab, `resource-aws-v${pluginVersion("aws")}`, "pulumi-resource-aws")));
  });

  it("is recorded in the lab's state", async () => {
    const chosen = await choose("official", false);
    assert.deepEqual(recordedPlugins(workstationDir), chosen);
  });

  it("is recorded with the commit that a plugin was built from, where its binary has it", async () => {
    const go = join(folder, "go");
    mkdirSync(go);
    const facts = "\tbuild\tvcs.revision=7f3eb6f3b77c\n\tbuild\tvcs.modified=true\n";
    writeFileSync(join(go, "go"), `#!/bin/sh\necho '${facts}'\n`, { mode: 0o755 });
    process.env.PATH = `${go}:/usr/bin:/bin`;
    const chosen = await choose("official", false);
    assert.equal(chosen[2]?.commit, "7f3eb6f3b77c, with changes");
    assert.equal(chosen[1]?.commit, undefined);
  });

  it("has the engine's own words where a download fails", async () => {
    const chosen = await choose("", true);
    assert.equal(chosen[1]?.why, "its download failed: error: 404 Not Found");
  });

  it("has no official plugin with LAB_PLUGINS=lab, and has it again without", async () => {
    const chosen = await choose("lab", true);
    assert.deepEqual(new Set(chosen.map((plugin) => plugin.why)), new Set(["LAB_PLUGINS=lab"]));
    assert.ok(!isOfficial());
    await choose("", false);
    assert.ok(isOfficial());
  });

  it("is refused by LAB_PLUGINS=official:all as long as one plugin is missing", async () => {
    await assert.rejects(choose("official:all", false), /cannot be had: nodejs 3.*, random 4/);
  });
});
