import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe } from "mocha";

import { generateCrds, generatedFolder } from "../../../../scripts/generate-crds.ts";
import { unless } from "../../../support/unless.ts";

const hasGo = (process.env.PATH ?? "")
  .split(delimiter)
  .some((folder) => folder !== "" && readdirIfAny(folder).includes("go"));

function readdirIfAny(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

describe("the generated CRD files", () => {
  const skip = hasGo ? false : "the CRDs come with Go modules, and there is no go";

  unless(skip).it("are what npm run generate writes", async () => {
    const generated = await generateCrds();
    assert.deepEqual(readdirSync(generatedFolder).sort(), [...generated.keys()].sort());
    for (const [name, text] of generated) {
      const same = readFileSync(join(generatedFolder, name), "utf8") === text;
      assert.ok(same, `${name} is not what the script gives: run npm run generate`);
    }
  });
});
