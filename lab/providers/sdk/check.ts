import type { z } from "zod";
import type { CheckFailure } from "./provider.ts";
import { containsUnknown, isObject, type Props } from "./values.ts";

/**
 * Checks inputs against a strict zod schema. Values that are not known yet pass for now, since the engine checks
 * again once it knows them. `what` names the resource in messages, e.g. "aws:s3/bucket:Bucket".
 */
export function checkInputs(what: string, schema: z.ZodObject, inputs: Props): CheckFailure[] {
  const present = Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
  const result = schema.safeParse(present);
  if (result.success) return [];
  return result.error.issues
    .filter((issue) => !isExcused(issue, valueAt(present, issue.path)))
    .flatMap((issue) => toFailures(what, issue));
}

function toFailures(what: string, issue: z.core.$ZodIssue): CheckFailure[] {
  const path = formatPath(issue.path);
  if (issue.code !== "unrecognized_keys") return [{ property: path, reason: issue.message }];
  return issue.keys
    .filter((key) => key !== "__defaults")
    .map((key) => ({
      property: path === "" ? key : `${path}.${key}`,
      reason: `the lab's own provider does not know this property of ${what}; remove it, or install the official plugin`,
    }));
}

// An object with one unknown property can still lack another: only where a choice depends on what is inside
// (a union) does an unknown property excuse the whole.
function isExcused(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (isObject(value) && issue.code !== "invalid_union") return false;
  return containsUnknown(value);
}

// Stops at an unknown value: it hides everything below it.
function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value) && typeof key === "number") value = value[key];
    else if (isObject(value) && typeof key === "string") value = value[key];
    else return value;
  }
  return value;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );
}
