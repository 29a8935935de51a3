import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";

const root = new URL("../../../", import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), "utf8");

const rows = textOf("docs/mistakes.md")
  .split("\n")
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")))
  .filter(([, input = "", said = ""]) => said !== "" && input !== "Input" && !/^-+$/.test(said));

/** Texts of the source as they are printed: literals that follow each other are one. */
const printed = ["components/**/*.{ts,py}", "config/**/*.ts", "ceph-host/*.py"]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((path) => textOf(path).replaceAll(/["'`]\s*(?:\+\s*)?\n\s*(?:\+\s*)?["'`]/g, ""))
  .join("\n")
  .replaceAll("\\`", "`");

/** Titles of a test file; what is filled in is `…`. */
const titlesIn = (file: string): string[] =>
  [...textOf(file).matchAll(/\bit\(\s*(["'`])(.*?)\1/gs)].map(([, , title = ""]) =>
    title.replaceAll(/\$\{[^}]*\}/g, "…"),
  );

/** What a quote has beside names and values; those of a few letters are in any source. */
const partsOf = (quote: string): string[] =>
  quote
    .split(/ ?\(?…[).]*/)
    .map((part) => part.trim())
    .filter((part) => part.length > 5);

const quotesIn = (cell: string): string[] => [...cell.matchAll(/"([^"]+)"/g)].map(([, quote = ""]) => quote);

describe("docs/mistakes.md", () => {
  it("names tests that there are", () => {
    for (const [, , , tests = ""] of rows) {
      let file = "";
      for (const [, path, title = ""] of tests.matchAll(/(?:`((?:unit|lab)\/[^`]+)` )?"([^"]+)"/g)) {
        file = path === undefined ? file : `test/${path}.test.ts`;
        assert.ok(existsSync(new URL(file, root)), `${file}, of the row with ${tests}`);
        assert.ok(titlesIn(file).includes(title), `${file} has no test ${title}`);
      }
      assert.notEqual(file, "", `a test in ${tests}`);
    }
  });

  it("quotes what the program says", () => {
    assert.ok(rows.length > 50);
    for (const [, input, said = ""] of rows) {
      for (const part of quotesIn(said).flatMap(partsOf)) {
        assert.ok(printed.includes(part), `"${part}", of the row with ${input ?? ""}`);
      }
    }
  });
});
