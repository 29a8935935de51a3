import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { caFile } from "../../../../components/s3/ca-file.ts";

describe("caFile", () => {
  const parent = mkdtempSync(join(tmpdir(), "ca-file-"));
  const folder = join(parent, "cache");
  after(() => {
    rmSync(parent, { recursive: true });
  });

  it("writes the bundle once, for its user only, at a path that its content decides", () => {
    const path = caFile("PEM", folder);
    assert.equal(caFile("PEM", folder), path);
    assert.notEqual(caFile("OTHER", folder), path);
    assert.equal(readFileSync(path, "utf8"), "PEM");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(readdirSync(folder).length, 2);
  });

  it("mends a file that is damaged", () => {
    const path = caFile("PEM", folder);
    writeFileSync(path, "PE");
    assert.equal(readFileSync(caFile("PEM", folder), "utf8"), "PEM");
  });
});
