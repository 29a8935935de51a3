import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "mocha";

import { generatePluginManifest, manifestFile } from "../../../scripts/generate-plugin-manifest.ts";
import { missingGo } from "./go.ts";
import { unless } from "../../support/unless.ts";

unless(missingGo()).describe("The plugin's generated manifest", () => {
  it("is what its script makes of the pinned release", async () => {
    assert.equal(readFileSync(manifestFile, "utf8"), await generatePluginManifest(), "run: npm run generate");
  });
});
