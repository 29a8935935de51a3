import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { installLanguageHost, installProvider, wrapper } from "../../../../lab/providers/install.ts";
import { packageVersion, pluginVersion } from "../../../../lab/providers/versions.ts";

describe("installing the lab's plugins", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "it's plugins-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("puts them where the engine looks, and nothing else", () => {
    installProvider(folder, "random");
    installProvider(folder, "random");
    installLanguageHost(folder);
    assert.deepEqual(readdirSync(folder).sort(), [
      `language-nodejs-v${packageVersion("@pulumi/pulumi")}`,
      `resource-random-v${pluginVersion("random")}`,
    ]);
  });

  it("replaces a link to another plugin without touching what it points to", () => {
    const official = join(folder, "official");
    mkdirSync(official);
    writeFileSync(join(official, "keep"), "");
    symlinkSync(official, join(folder, `resource-random-v${pluginVersion("random")}`));
    installProvider(folder, "random");
    assert.deepEqual(readdirSync(official), ["keep"]);
  });

  it("runs the plugin with its arguments, and explains when its checkout has gone", () => {
    const main = join(folder, "main.mjs");
    writeFileSync(main, "console.log(process.argv.slice(2).join())");
    const script = join(folder, "plugin");
    writeFileSync(script, wrapper(process.execPath, main));
    const run = () => spawnSync("sh", [script, "a", "b c"], { encoding: "utf8" });
    assert.equal(run().stdout, "a,b c\n");
    rmSync(main);
    assert.match(run().stderr, /checkout.*gone.*npm run lab -- up/);
    assert.equal(run().status, 1);
  });
});
