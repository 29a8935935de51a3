import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import type { Artifact } from "../../../../lab/build/artifact.ts";

// The cache's place is read when the module is loaded.
const cache = mkdtempSync(join(tmpdir(), "artifacts-"));
process.env.XDG_CACHE_HOME = cache;
const { artifactDir, ensureBuilt, isBuilt } = await import("../../../../lab/build/artifact.ts");
const builtDir = join(cache, "cnpg-rgw-lab", "built");

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
  rmSync(cache, { recursive: true });
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
