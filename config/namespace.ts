import { distance } from "fastest-levenshtein";

import { setCommand } from "./commands.ts";
import type { Problem } from "./problems.ts";

/** Keys whose namespace looks like ours and is not: Pulumi hands them to nobody, and says nothing. */
export function misspelledNamespaces(keys: readonly string[]): Problem[] {
  return keys.flatMap((key) => {
    const colon = key.indexOf(":");
    const [namespace, name] = [key.slice(0, colon), key.slice(colon + 1)];
    if (!isAlmostOurs(namespace)) return [];
    const message = `${key} is in a namespace that nothing reads; did you mean cnpg-rgw:${name}?`;
    return [{ message, fix: `pulumi config rm ${key} && ${setCommand([name])}` }];
  });
}

const ours = "cnpg-rgw";

function isAlmostOurs(namespace: string): boolean {
  const isPlain = /^[\w-]{1,40}$/.test(namespace);
  return isPlain && namespace !== ours && distance(namespace.toLowerCase().replaceAll("_", "-"), ours) <= 2;
}
