import { stringify } from "yaml";

/** An object of the release manifest; only what a template changes is looked at. */
export type Manifest = Readonly<Record<string, unknown>>;

// Characters that no manifest holds, around what becomes a template action.
const open = "\u27e6";
const close = "\u27e7";

/** A place that Helm fills: the expression's result as a YAML value. */
export const helm = (expression: string): string => `${open}${expression}${close}`;

/** The text of a Helm template for an object with {@link helm} places in it. What else looks like one is kept as it is. */
export function template(object: Manifest): string {
  const action = new RegExp(`(["']?)${open}(.+?)${close}\\1`, "g");
  return stringify(object, { lineWidth: 0 })
    .replaceAll("{{", '{{ "{{" }}')
    .replaceAll(action, (_, __, expression: string) => `{{ ${expression} }}`);
}

/** Templates that are there only when a value is set. */
export function when(condition: string, ...templates: string[]): string {
  return `{{- if ${condition} }}\n${all(...templates)}{{- end }}\n`;
}

export function all(...templates: string[]): string {
  return templates.map((text) => `---\n${text}`).join("");
}
