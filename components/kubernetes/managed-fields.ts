import { z } from "zod";

import { isObject } from "../text/merge.ts";

/**
 * `metadata.managedFields` of an object: who owns which of its fields. FieldsV1 is a tree with a key for each field
 * (`f:name`), list item (`k:{"name":"x"}`, `v:"x"`, `i:0`), and `.` for the node itself.
 */
export const managedFields = z
  .array(
    z.looseObject({
      manager: z.string().default(""),
      operation: z.string(),
      apiVersion: z.string().optional(),
      subresource: z.string().optional(),
      fieldsV1: z.record(z.string(), z.unknown()).default({}),
    }),
  )
  .default([]);
export type ManagedFields = z.output<typeof managedFields>;
type Entry = ManagedFields[number];
type Tree = Record<string, unknown>;

/** The owner of what people have set beside what is declared. Its name must not begin as those of `isTakenOver`. */
const keeper = { manager: "cnpg-rgw-kept", operation: "Update" };

/**
 * Whose fields the Kubernetes provider takes over when it updates an object, to remove what is not declared: every
 * manager whose name begins so, `kubectl-annotate` and `kubectl-cnpg` included.
 */
const isTakenOver = ({ manager, operation, subresource = "" }: Entry): boolean =>
  subresource === "" &&
  ((manager.startsWith("kubectl") && ["Apply", "Update"].includes(operation)) ||
    (manager.startsWith("before-first-apply") && operation === "Update"));

/** Managed fields in which the provider finds nothing to remove, and the fields that this keeps. */
export interface Handover {
  entries: ManagedFields;
  kept: string[];
}

/**
 * Hands the fields that people have set, and that are in none of the declarations, to an owner that the provider leaves
 * alone; undefined if there are none. Fields that are declared, or were before, are left to the provider.
 */
export function handOver(given: ManagedFields, declarations: readonly unknown[]): Handover | undefined {
  let entries: ManagedFields = [];
  let kept: Entry[] = given.filter(isKeepers);
  const moved: Tree[] = [];
  for (const entry of given.filter((one) => !isKeepers(one))) {
    const [left, toKeep] = isTakenOver(entry) ? split(entry.fieldsV1, declarations) : [entry.fieldsV1, {}];
    if (!isEmpty(left)) entries = [...entries, { ...entry, fieldsV1: left }];
    if (isEmpty(toKeep)) continue;
    moved.push(toKeep);
    kept = withFields(kept, { ...entry, ...keeper, fieldsV1: toKeep });
  }
  if (moved.length === 0) return undefined;
  return { entries: [...entries, ...kept], kept: [...new Set(moved.flatMap((tree) => namesOf(tree)))] };
}

const isKeepers = ({ manager, operation, subresource = "" }: Entry): boolean =>
  manager === keeper.manager && operation === keeper.operation && subresource === "";

/** An owner has one entry for each version of the API that it has used. */
function withFields(kept: readonly Entry[], entry: Entry): Entry[] {
  const same = kept.find(({ apiVersion }) => apiVersion === entry.apiVersion);
  if (same === undefined) return [...kept, entry];
  const both = { ...entry, fieldsV1: united(same.fieldsV1, entry.fieldsV1) };
  return kept.map((one) => (one === same ? both : one));
}

function united(a: Tree, b: Tree): Tree {
  const all = { ...a };
  for (const [key, inner] of Object.entries(b)) {
    const before = all[key];
    all[key] = isObject(before) && isObject(inner) ? united(before, inner) : inner;
  }
  return all;
}

const isEmpty = (tree: Tree): boolean => Object.keys(tree).length === 0;

/** The fields of a tree that are in one of the values, and the others. */
function split(tree: Tree, values: readonly unknown[]): [declared: Tree, others: Tree] {
  const declared: Tree = {};
  const others: Tree = {};
  for (const [key, fields] of Object.entries(tree)) {
    const inner = isObject(fields) ? fields : {};
    const found = values.flatMap((value) => valuesAt(value, key));
    if (found.length === 0) {
      others[key] = inner;
    } else if (isEmpty(inner) || !found.every((value) => typeof value === "object" && value !== null)) {
      // Declared as a whole, or not known yet.
      declared[key] = inner;
    } else {
      const [ours, theirs] = split(inner, found);
      if (!isEmpty(ours)) declared[key] = ours;
      if (!isEmpty(theirs)) others[key] = theirs;
    }
  }
  return [declared, others];
}

/** What a value has under a key of FieldsV1, in a list; an empty one if it has nothing there. */
function valuesAt(value: unknown, key: string): unknown[] {
  const [kind, name] = [key.slice(0, 2), key.slice(2)];
  if (kind === "f:") return isObject(value) && name in value ? [value[name]] : [];
  if (kind === "k:" && Array.isArray(value)) {
    const wanted = Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(name)));
    return value.filter((item) => isObject(item) && wanted.every(([field, is]) => item[field] === is));
  }
  if (kind === "v:" && Array.isArray(value)) return value.filter((item) => JSON.stringify(item) === name);
  // The node itself, and an item by its place.
  return [value];
}

/** Names of the fields of a tree, as people write them; of annotations, labels and the like, each by itself. */
function namesOf(tree: Tree, within = ""): string[] {
  return Object.entries(tree).flatMap(([key, fields]) => {
    if (key === ".") return [];
    const name = key.slice(2);
    const isWord = key.startsWith("f:") && /^[\w-]+$/.test(name);
    const path = isWord ? `${within}${within === "" ? "" : "."}${name}` : `${within}[${name}]`;
    const below = isObject(fields) ? namesOf(fields, path) : [];
    return below.length === 0 ? [path] : below;
  });
}
