import type { z } from "zod";

import { addressRule, asciiJson, masked, shown } from "../components/internal.ts";
import {
  type KeyPath,
  hostKeyScan,
  keyName,
  nearestKey,
  removeCommand,
  secretConfigKeys,
  setCommand,
} from "./commands.ts";

/** One thing that is wrong with the config: what, and the command that fixes it. */
export interface Problem {
  message: string;
  fix: string;
}

/** Config as it was found, decoded but not yet checked. */
export type FoundConfig = Readonly<Record<string, unknown>>;

/** Whether the values of a top-level key must not be shown: those of some never, others if they are encrypted. */
export function isHidden(key: PropertyKey | undefined, encrypted: ReadonlySet<string>): boolean {
  return encrypted.has(String(key)) || secretConfigKeys.includes(String(key));
}

/** What zod found, in the terms of `pulumi config`. */
export function problemsOf(error: z.ZodError, found: FoundConfig, encrypted: ReadonlySet<string>): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...issue.path, key]));
    return [badValue(issue, found, isHidden(issue.path[0], encrypted))];
  });
}

export function missing(path: KeyPath, mustBe: string, value?: string): Problem {
  return { message: `${keyName(path)} is missing: it ${mustBe}`, fix: setCommand(path, value) };
}

function badValue(issue: z.core.$ZodIssue, found: FoundConfig, hidden: boolean): Problem {
  const path = existingPath(issue.path, found);
  const value = valueAt(path, found);
  const example = hidden ? undefined : exampleFrom(path, found);
  if (value === undefined) return missing(path, issue.message, example);
  // A rule shows the value itself, a message about the wrong type does not.
  const message = issue.code === "custom" ? issue.message : `${issue.message}, not ${shownSafely(value)}`;
  return {
    message: `${keyName(path)} ${hidden ? withoutValue(message, value) : message}`,
    fix: replaceCommand(path, value, example),
  };
}

/** Text or a number cannot be given parts by `pulumi config set --path`; it has to go first. */
function replaceCommand(path: KeyPath, value: unknown, example: string | undefined): string {
  const set = setCommand(path, example);
  const setsName = set.includes(`${keyName(path)}.`);
  const setsIndex = set.includes(`${keyName(path)}[`);
  const takesPart = setsIndex
    ? Array.isArray(value)
    : !setsName || (isObject(value) && !Array.isArray(value));
  return takesPart ? set : `${removeCommand(path)} && ${set}`;
}

/** The host's own address in the command that asks it for its key. */
function exampleFrom(path: KeyPath, found: FoundConfig): string | undefined {
  if (keyName(path) !== "cnpg-rgw:cephHost.hostKey") return undefined;
  const address = valueAt(["cephHost", "address"], found);
  const port = valueAt(["cephHost", "port"], found);
  if (typeof address !== "string" || addressRule(address) !== undefined || masked(address) !== address)
    return;
  return hostKeyScan(address, typeof port === "number" ? port : 22);
}

/** The path as far as it exists in what was found: a namespace given as text has no `.name`. */
function existingPath(path: KeyPath, found: FoundConfig): KeyPath {
  const parent = path.slice(0, -1);
  return parent.length === 0 || isObject(valueAt(parent, found)) ? path : existingPath(parent, found);
}

function valueAt(path: KeyPath, found: FoundConfig): unknown {
  return path.reduce<unknown>(
    (value, part) => (isObject(value) ? Reflect.get(value, part) : undefined),
    found,
  );
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

export function unknownKey(path: KeyPath): Problem {
  const nearest = nearestKey(path);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const isChartValue = path[0] === "operator" && path[1] === "values";
  const what = isChartValue ? "a value of the operator's chart" : "a key of this project";
  return { message: `${keyName(path)} is not ${what}${hint}`, fix: removeCommand(path) };
}

/** A value of any type on one short line. */
function shownSafely(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return shown(value);
  const text = masked(asciiJson(JSON.stringify(value)));
  return text.length > 80 ? `${text.slice(0, 76)}…` : text;
}

/** Without the value and without parts of it that a rule shows in quotes. */
function withoutValue(message: string, value: unknown): string {
  const given = asciiJson(JSON.stringify(value));
  return message
    .replaceAll(shownSafely(value), "what was given")
    .replace(/"((?:[^"\\]|\\.)*)"/g, (quoted, text: string) =>
      haveInCommon(text, given) ? "what was given" : quoted,
    );
}

/** Whether some 6 characters of a text, or all of a shorter one, are in another, in capitals or not. */
function haveInCommon(text: string, other: string): boolean {
  const lower = other.toLowerCase();
  const runs = text.length <= 6 ? [text] : Array.from(text.slice(5), (_, i) => text.slice(i, i + 6));
  return runs.some((run) => run !== "" && lower.includes(run.toLowerCase()));
}

/** All problems as one error text; each with its command on a line of its own, to be copied. */
export function report(stack: string, problems: readonly Problem[]): string {
  const title =
    problems.length === 1
      ? `The config of stack ${stack} has a problem:`
      : `The config of stack ${stack} has ${problems.length} problems:`;
  const texts = problems.map(({ message, fix }) => `  ${message}\n      ${fix}`);
  return [title, ...texts].join("\n\n");
}
