type Tree = Record<string, unknown>;

/** As Helm merges: objects key by key, anything else, lists and null included, as a whole. */
export function merge(base: Tree, over: Tree): Tree {
  return mergedBy(base, over, (before, value) =>
    isObject(before) && isObject(value) ? merge(before, value) : value,
  );
}

/** Each key of both, with what becomes of its two values; `__proto__` is a key like any other. */
export function mergedBy(base: Tree, over: Tree, merged: (before: unknown, value: unknown) => unknown): Tree {
  const changed = Object.entries(over).map(([key, value]) => [
    key,
    merged(Object.hasOwn(base, key) ? base[key] : undefined, value),
  ]);
  return Object.fromEntries([...Object.entries(base), ...changed]) as Tree;
}

export const isObject = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);
