import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import type { TopLevelSpec } from "vega-lite";
import { svgOf } from "../../report/plot.ts";

export interface Page {
  readonly name: string;
  readonly text: string;
  readonly plotName: string;
  readonly plot: TopLevelSpec;
}

/** Writes a page and its plot into a folder; without one, prints the page. */
export async function publish(folder: string | undefined, page: Page): Promise<void> {
  const text = await format(page.text, { parser: "markdown", printWidth: 110 });
  const svg = await svgOf(page.plot);
  if (folder === undefined) {
    process.stdout.write(text);
    return;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, page.name), text);
  writeFileSync(join(folder, page.plotName), svg);
  process.stdout.write(`Written: ${join(folder, page.name)}, ${join(folder, page.plotName)}\n`);
}
