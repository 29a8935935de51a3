import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";

import { parse } from "yaml";
import { z } from "zod";

import { schema } from "../../../config/schema.ts";
import { page, withTables } from "../../../scripts/generate-config-docs.ts";

describe(page, () => {
  it("has the tables that the schema gives; else run `npm run generate:config-docs`", async () => {
    const text = readFileSync(page, "utf8");
    assert.equal(text, await withTables(text));
  });

  it("needs the two lines that its tables stand between", async () => {
    await assert.rejects(withTables("# Config"), /docs\/config\.md lacks "<!-- begin/);
  });
});

describe("Pulumi.yaml", () => {
  it("describes each key as the schema does", () => {
    const description = z.object({ description: z.string() });
    const project = z
      .object({ config: z.record(z.string(), z.looseObject({})) })
      .parse(parse(readFileSync("Pulumi.yaml", "utf8")));
    for (const [key, type] of Object.entries(schema.shape)) {
      const said = description.parse(z.globalRegistry.get(type)).description;
      assert.equal(description.parse(project.config[key]).description, said, key);
    }
  });
});
