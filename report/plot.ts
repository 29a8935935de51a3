import { View, parse } from "vega";
import { type TopLevelSpec, compile } from "vega-lite";

/** Draws a plot of Vega-Lite's grammar as an SVG document. */
export async function svgOf(plot: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(plot).spec), { renderer: "none" });
  return `${await view.toSVG()}\n`;
}
