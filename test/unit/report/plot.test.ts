import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { table } from "../../../report/markdown.ts";
import { svgOf } from "../../../report/plot.ts";

describe("svgOf", () => {
  it("draws the values", async () => {
    const svg = await svgOf({
      data: { values: [{ name: "a", size: 1 }] },
      mark: "bar",
      encoding: { x: { field: "size", type: "quantitative" }, y: { field: "name", type: "nominal" } },
    });
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assert.match(svg, />a<\/text>/);
  });
});

describe("table", () => {
  it("is Markdown, with text to the left and numbers to the right", () => {
    const columns = [
      { title: "name", cell: (row: { name: string }) => row.name },
      { title: "s", cell: () => "1" },
    ];
    assert.equal(table(columns, [{ name: "a|b" }]), "| name | s |\n| --- | ---: |\n| a\\|b | 1 |");
  });
});
