import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { generatePluginManifest, manifestFile } from "../../../scripts/generate-plugin-manifest.ts";
import { missingGo } from "./go.ts";

describe("The plugin's generated manifest", { skip: missingGo() }, () => {
  it("is what its script makes of the pinned release", async () => {
    assert.equal(readFileSync(manifestFile, "utf8"), await generatePluginManifest(), "run: npm run generate");
  });
});
