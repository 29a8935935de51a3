import { distance } from "fastest-levenshtein";

import { byHand, setCommand } from "./commands.ts";
import { keyWord, legibleName, topKeyWord } from "./paths.ts";
import type { Problem } from "./problems.ts";

/** Keys whose namespace looks like ours and is not: Pulumi ignores them silently. */
export function misspelledKeys(keys: readonly string[]): Problem[] {
  return keys.flatMap((key) => {
    const colon = key.indexOf(":");
    const [namespace, name] = [key.slice(0, colon), key.slice(colon + 1)];
    if (!isAlmostOurs(namespace)) return [];
    const [found, meant] = [namespace, name].map(legibleName);
    const message = `${found}:${meant} is in a namespace that nothing reads. Did you mean cnpg-rgw:${meant}?`;
    const word = keyWord([name]) && topKeyWord(key);
    return [
      { message, fix: word === undefined ? byHand : `pulumi config rm ${word} && ${setCommand([name])}` },
    ];
  });
}

const ours = "cnpg-rgw";

function isAlmostOurs(namespace: string): boolean {
  const isNear = distance(namespace.toLowerCase().replaceAll("_", "-").slice(0, 40), ours) <= 2;
  return isNear && namespace !== ours;
}
