import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "mocha";
import { artifactDir, ensureBuilt, isBuilt } from "../../../../lab/build/artifact.ts";
import type { Artifact } from "../../../../lab/build/artifact.ts";
import { cacheDir } from "../../../../lab/layout.ts";
import { folderOfLab } from "../../lab-folders.ts";

// Never that of your own lab.
assert.ok(cacheDir.startsWith(folderOfLab), cacheDir);
const builtDir = join(cacheDir, "built");

let builds = 0;
const tool: Artifact = {
  name: "tool",
  version: "1.0",
  recipe: ["a"],
  expected: "no time",
  build: (into, log) => {
    builds++;
    appendFileSync(log, "compiling\n");
    writeFileSync(join(into, "binary"), "x");
    return Promise.resolve();
  },
};

beforeEach(() => {
  builds = 0;
  rmSync(builtDir, { recursive: true, force: true });
});
after(() => {
  rmSync(cacheDir, { recursive: true });
});

describe("an artifact", () => {
  it("is built once, and again for another version or recipe", async () => {
    assert.equal(await ensureBuilt(tool), "built");
    assert.equal(await ensureBuilt(tool), "cached");
    assert.equal(await ensureBuilt({ ...tool, recipe: ["b"] }), "built");
    assert.equal(await ensureBuilt({ ...tool, version: "1.1" }), "built");
    assert.equal(builds, 3);
    assert.deepEqual(readdirSync(artifactDir(tool)), ["binary"]);
  });

  it("whose build fails is not there, and the error names it and its log", async () => {
    const build = (into: string): Promise<void> => {
      writeFileSync(join(into, "half"), "");
      return Promise.reject(new Error("no compiler"));
    };
    await assert.rejects(ensureBuilt({ ...tool, build }), (error: Error & { logFile?: string }) => {
      assert.equal(error.message, "building tool 1.0 failed: no compiler");
      assert.match(error.logFile ?? "", /build-tool\.log$/);
      return true;
    });
    assert.equal(isBuilt(tool), false);
    assert.deepEqual(readdirSync(builtDir), []);
  });

  it("that a killed builder left half-built is not taken for built, and is cleaned away", async () => {
    const half = `${artifactDir(tool)}.building-999999999-1`;
    mkdirSync(half, { recursive: true });
    assert.equal(isBuilt(tool), false);
    assert.equal(await ensureBuilt(tool), "built");
    assert.deepEqual(readdirSync(builtDir).length, 1);
  });
});
