import type { Kind, KubeObject } from "../objects/object.ts";
import { stringAt, valueAt } from "../objects/object.ts";

/** Whether the kinds of definitions that this run is going to create have a namespace: the API server cannot tell yet. */
export class DeclaredScopes {
  readonly #namespaced = new Map<string, boolean>();

  learn(definition: KubeObject): void {
    const group = stringAt(definition, "spec", "group");
    const kind = stringAt(definition, "spec", "names", "kind");
    const scope = stringAt(definition, "spec", "scope");
    const versions = valueAt(definition, "spec", "versions");
    if (group === undefined || kind === undefined || scope === undefined || !Array.isArray(versions)) return;
    for (const version of versions) {
      this.#namespaced.set(`${group}/${stringAt(version, "name") ?? ""}/${kind}`, scope === "Namespaced");
    }
  }

  isNamespaced({ apiVersion, kind }: Kind): boolean | undefined {
    return this.#namespaced.get(`${apiVersion}/${kind}`);
  }
}
