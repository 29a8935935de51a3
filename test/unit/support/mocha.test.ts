import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";

import { execa } from "execa";

const root = join(import.meta.dirname, "..", "..", "..");
const fixtures = join(import.meta.dirname, "fixtures");

describe("the tests' mocha", () => {
  it("keeps files apart, shows why something is skipped, and counts in the last line", async () => {
    const files = ["first.ts", "second.ts"].map((file) => join(fixtures, file));
    const { exitCode, stdout } = await execa("mocha", ["-O", "each=true", ...files], {
      cwd: root,
      preferLocal: true,
      reject: false,
    });
    const lines = stdout.split("\n").map((line) => line.replace("test/unit/support/fixtures/", "").trim());
    const results = lines.filter((line) => /^([✔✖-] |Skipped)/.test(line));
    assert.deepEqual(
      results.map((line) => line.replace(/ \(\d+ ms\)$/, "")),
      [
        "✔ first.ts › the first › mocks",
        "✔ first.ts › the first › has it undone",
        "- first.ts › the first › needs a tool [skipped: no tool]",
        "✔ first.ts › the first › needs none",
        "Skipped: found out",
        "- first.ts › the first › finds out",
        "✔ second.ts › has an environment of its own",
        "- second.ts › on the lab [skipped: no lab] › runs",
        '✖ second.ts › a hook that fails › "before all" hook for "fails what needs it"',
        "✖ second.ts › a hook that fails › fails what needs it (not run)",
        "✖ second.ts › a hook that fails › fails all of that (not run)",
      ],
    );
    assert.equal(lines.at(-1), "4 passed, 3 failed, 3 skipped");
    assert.equal(exitCode, 3);
  });
});
