import { isDeepStrictEqual } from "node:util";
import { containsUnknown, isObject, Secret, UNKNOWN, type Props } from "./values.ts";

export type DiffKind = "add" | "delete" | "update" | "add-replace" | "delete-replace" | "update-replace";

export interface Diff {
  /** Changed properties by path (`tags.team`, `endpoints[0].s3`). None: the resource is left alone. */
  changes: Record<string, DiffKind>;
  /** When a change replaces: delete the old resource before the new one is created. Default false. */
  deleteBeforeReplace?: boolean;
  /** Which of the official plugins' answers this one is like. Default `bridged`. */
  answer?: DiffAnswer;
}

/**
 * What of a diff a plugin tells the engine; they differ, and with them what `preview --diff` and `ignoreChanges` see:
 * - `bridged`: names and paths, all as differences between inputs
 * - `command`: names and paths
 * - `object`: paths, also of what replaces; an object of Kubernetes
 * - `release`: names and paths, and paths of what replaces; nothing where nothing changed
 * - `names`: names alone
 */
export type DiffAnswer = "bridged" | "command" | "object" | "release" | "names";

export function noChanges(diff: Diff): boolean {
  return Object.keys(diff.changes).length === 0;
}

export interface DiffOptions {
  /** Top-level inputs whose change replaces the resource. Default none. */
  replaceOn?: readonly string[];
  /** Top-level inputs that do not count. Default none. */
  ignore?: readonly string[];
}

/** Compares inputs property by property. A value that is not known yet counts as changed. */
export function diffInputs(olds: Props, news: Props, options: DiffOptions = {}): Diff {
  const changes: Record<string, DiffKind> = {};
  for (const key of keysOf(olds, news)) {
    // `__defaults` and the like are notes of the official plugins to themselves.
    if (key.startsWith("__") || options.ignore?.includes(key)) continue;
    const replace = options.replaceOn?.includes(key) ?? false;
    compare(pathKey(key), olds[key], news[key], (path, kind) => {
      changes[path] = replace ? `${kind}-replace` : kind;
    });
  }
  return { changes };
}

type Report = (path: string, kind: "add" | "delete" | "update") => void;

function compare(path: string, before: unknown, after: unknown, report: Report): void {
  if (before instanceof Secret || after instanceof Secret) {
    compareSecrets(path, before, after, report);
    return;
  }
  const [absentBefore, absentAfter] = [isAbsent(before), isAbsent(after)];
  if (absentBefore && absentAfter) return;
  if (absentBefore) report(path, "add");
  else if (absentAfter) report(path, "delete");
  else if (isObject(before) && isObject(after)) compareObjects(path, before, after, report);
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(path, before, after, report);
  else if (before !== after || after === UNKNOWN) report(path, "update");
}

// With marks, what is below a secret has no path of its own, and a mark that comes or goes is a change.
function compareSecrets(path: string, before: unknown, after: unknown, report: Report): void {
  if (isAbsent(before)) report(path, "add");
  else if (isAbsent(after)) report(path, "delete");
  else if (containsUnknown(after) || !isDeepStrictEqual(before, after)) report(path, "update");
}

function compareObjects(path: string, before: Props, after: Props, report: Report): void {
  for (const key of keysOf(before, after)) {
    if (key === "__defaults") continue;
    compare(joinPath(path, key), before[key], after[key], report);
  }
}

function compareLists(path: string, before: unknown[], after: unknown[], report: Report): void {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    compare(`${path}[${i}]`, before[i], after[i], report);
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function keysOf(a: Props, b: Props): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

// Pulumi's property paths quote what is not a plain name: tags["team.name"].
function pathKey(key: string): string {
  return isPlain(key) ? key : `[${JSON.stringify(key)}]`;
}

function joinPath(path: string, key: string): string {
  return isPlain(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function isPlain(key: string): boolean {
  return /^[A-Za-z_][\w-]*$/.test(key);
}
