import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");

describe("reasons of a drill", () => {
  const scripts = ["drill", "reasons", "restore", "source", "store", "lease"].map((name) =>
    read(`components/restore-drill/scripts/${name}.py`),
  );
  const all = scripts.join("\n");
  const [, advice = ""] = /^ADVICE = \{\n([^]*?)^\}/m.exec(all) ?? [];
  const advised = [...advice.matchAll(/^ {4}"([a-z-]+)":/gm)].map(([, reason = ""]) => reason);

  it("have advice each, and none is advised that is not given", () => {
    assert.ok(advised.length > 30, advised.join());
    for (const reason of advised) {
      assert.ok(all.replace(advice, "").includes(`"${reason}"`), `${reason} is never given`);
    }
    for (const [, reason = ""] of all.matchAll(/(?:Failure|Skipped)\(\s*"([a-z-]+)"/g)) {
      assert.ok(advised.includes(reason), `${reason} has no advice`);
    }
  });

  it("are all in docs/drill.md", () => {
    const docs = read("docs/drill.md");
    for (const reason of advised) assert.ok(docs.includes(`\`${reason}\``), reason);
  });
});
