import { isObject, mergedBy } from "../../text/merge.ts";

type Tree = Record<string, unknown>;
type Named = Tree & { name: string };

/**
 * A user's part of a spec over ours: objects key by key, and lists of named entries, such as plugins, by name, so that
 * an entry of the user's takes none of ours away. Anything else as a whole.
 */
export function mergeSpec(base: Tree, over: Tree): Tree {
  return mergedBy(base, over, mergedValue);
}

function mergedValue(before: unknown, value: unknown): unknown {
  if (isObject(before) && isObject(value)) return mergeSpec(before, value);
  return isNamedList(before) && isNamedList(value) ? mergeLists(before, value) : value;
}

function mergeLists(base: Named[], over: Named[]): Tree[] {
  const merged = base.map((entry) =>
    over.filter(({ name }) => name === entry.name).reduce<Tree>(mergeSpec, entry),
  );
  return [...merged, ...over.filter(({ name }) => !base.some((entry) => entry.name === name))];
}

const isNamedList = (value: unknown): value is Named[] =>
  Array.isArray(value) && value.every((entry) => isObject(entry) && typeof entry.name === "string");
