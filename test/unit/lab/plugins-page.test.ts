import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { pluginsPage } from "../../lab/support/plugins-page.ts";
import type { FileResult, Run } from "../../lab/support/plugins-page.ts";

const run: Run = {
  command: "npm run test:lab",
  commit: "0123456789ab",
  passed: true,
  plugins: [
    { name: "command", version: "1.2.1", origin: "official", commit: "7f3eb6f" },
    { name: "random", version: "4.21.1", origin: "official" },
    { name: "aws", version: "7.48.0", origin: "lab", why: "its download failed: 404 | Not Found" },
  ],
};
const files = ["01-provision.test.ts", "00-plugins.test.ts", "19-plugins-taken-over.test.ts"];
const result = (file: string, passed: number, failed = 0, skipped = 0): FileResult => ({
  file,
  passed,
  failed,
  skipped,
});
const provision = result("01-provision.test.ts", 14);

const pageOf = async (takenOver: FileResult): Promise<string> =>
  (await pluginsPage(run, files, [provision, takenOver])) ?? assert.fail("no page");
const takenOver = (passed: number, failed = 0, skipped = 0): FileResult =>
  result("19-plugins-taken-over.test.ts", passed, failed, skipped);

describe("docs/plugins.md", () => {
  it("has the run, each plugin, and each test's result; those of 00 bring plugins of their own", async () => {
    const page = await pageOf(takenOver(0));
    assert.match(page, /\nLast written by `npm run test:lab`, at commit 0123456789ab; the run passed\.\n/);
    assert.match(page, /\| command +\| 1\.2\.1 +\| official +\| 7f3eb6f +\|/);
    assert.match(page, /\| random +\| 4\.21\.1 +\| official +\| not in its binary +\|/);
    assert.match(
      page,
      /\| aws +\| 7\.48\.0 +\| the lab's own \(its download failed: 404 \\\| Not Found\) +\| this project's +\|/,
    );
    assert.match(page, /\| 01-provision +\| 14 passed +\|/);
    assert.match(page, /\| 19-plugins-taken-over +\| not run +\|/);
    assert.doesNotMatch(page, /00-plugins/);
  });

  it("tells failed and skipped tests from those that passed", async () => {
    assert.match(await pageOf(takenOver(3, 1, 2)), /3 passed, 1 failed, 2 skipped/);
  });

  it("says so where a run failed although each test passed, as in a hook", async () => {
    const page = await pluginsPage({ ...run, passed: false }, files, [provision, takenOver(2)]);
    assert.match(page ?? "", /; the run failed\.\n/);
  });

  it("is not written as long as one test file has no result", async () => {
    assert.equal(await pluginsPage(run, files, [provision]), undefined);
  });

  it("says what changes for a stack that is taken over only where just that was shown", async () => {
    const says = /## From the lab's own plugins to the official ones/;
    assert.match(await pageOf(takenOver(2)), says);
    for (const not of [takenOver(0), takenOver(1, 1), takenOver(1, 0, 1)]) {
      assert.doesNotMatch(await pageOf(not), says);
    }
  });
});
