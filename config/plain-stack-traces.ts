/**
 * Stack traces as Node.js itself writes them. Pulumi's runner installs source-map-support, which looks for a source map
 * of each frame in JavaScript, and the SDK writes a trace for each promise of each resource, in case it never ends: with
 * hundreds of resources that is a quarter of the program's time. There are no source maps to find here: Node.js runs the
 * TypeScript with its types blanked out, at the same lines and columns.
 */
export function keepStackTracesPlain(): void {
  Reflect.deleteProperty(Error, "prepareStackTrace");
}
