import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "mocha";
import { execa } from "execa";
import { unless } from "../support/unless.ts";
import { isFull } from "./support/full.ts";
import { mustPulumi } from "./support/lab.ts";
import { base, checkoutCopy, stateHome } from "./support/workspace.ts";

const folder = join(base, "scale");

/** The rows of a table of the bench's page, by cell. */
function rows(page: string, title: string): string[][] {
  const table = page.slice(page.indexOf(title)).split("\n\n")[0] ?? "";
  const lines = table.trim().split("\n").slice(2);
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

// Longer than any slice.
unless(!isFull && "only in npm run test:full").describe("300 namespaces in one stack", () => {
  let page = "";

  before(async () => {
    // A cluster has one operator, and each of the bench's programs brings its own.
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    const bench = ["bench/cli.ts", "pulumi", "--namespaces", "300", "--runs", "2", "--output", folder];
    await execa("node", bench, {
      cwd: checkoutCopy,
      env: { XDG_STATE_HOME: stateHome },
      timeout: 60 * 60_000,
    });
    page = readFileSync(join(folder, "pulumi-speed.md"), "utf8");
  });

  it("take at most 1.1 times as long as in a flat program", () => {
    const measured = rows(page, "| operation");
    assert.equal(measured.length, 5);
    const slow = measured.filter(
      ([, namespaces, , , ratio]) => namespaces !== "300" || !(Number(ratio) <= 1.1),
    );
    assert.deepEqual(slow, []);
  });

  it("need few SSH connections at once, whatever the engine's parallelism", () => {
    const counted = rows(page, "| `--parallel`");
    assert.ok(counted.length > 1);
    for (const [, , , up, , destroy] of counted) {
      assert.ok(Number(up) <= 10 && Number(destroy) <= 10, counted.join("\n"));
    }
  });

  after(async () => {
    await mustPulumi(["up", "--yes", "--skip-preview"]);
  });
});
