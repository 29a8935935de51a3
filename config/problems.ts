import type { z } from "zod";

import { shown } from "../components/check.ts";
import {
  type KeyPath,
  hostKeyScan,
  keyName,
  nearestKey,
  removeCommand,
  secretKeys,
  setCommand,
} from "./commands.ts";

/** One thing that is wrong with the config: what, and the command that puts it right. */
export interface Problem {
  message: string;
  fix: string;
}

/** Config as it was found, decoded but not yet checked. */
export type FoundConfig = Readonly<Record<string, unknown>>;

/** What zod found, in the terms of `pulumi config`; `hidden` are top-level keys whose values must not be shown. */
export function problemsOf(error: z.ZodError, found: FoundConfig, hidden: ReadonlySet<string>): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...issue.path, key]));
    return [badValue(issue, found, hidden)];
  });
}

export function missing(path: KeyPath, mustBe: string, value?: string): Problem {
  return { message: `${keyName(path)} is missing: it ${mustBe}`, fix: setCommand(path, value) };
}

function badValue(issue: z.core.$ZodIssue, found: FoundConfig, hidden: ReadonlySet<string>): Problem {
  const path = existingPath(issue.path, found);
  const value = valueAt(path, found);
  if (value === undefined) return missing(path, issue.message, exampleFrom(path, found));
  // A rule shows the value itself, a message about the wrong type does not.
  const message =
    issue.code === "custom" ? masked(issue.message) : `${issue.message}, not ${shownSafely(value)}`;
  const root = String(path[0]);
  const isHidden = hidden.has(root) || secretKeys.includes(root);
  return {
    message: `${keyName(path)} ${isHidden ? withoutValue(message, value) : message}`,
    fix: replaceCommand(path, found),
  };
}

/** Text or a number cannot be given parts by `pulumi config set --path`; it has to go first. */
function replaceCommand(path: KeyPath, found: FoundConfig): string {
  const set = setCommand(path, exampleFrom(path, found));
  const replacesItself =
    isObject(valueAt(path, found)) ||
    set.includes(` ${keyName(path)} `) ||
    set.includes(`'${keyName(path)}'`);
  return replacesItself ? set : `${removeCommand(path)} && ${set}`;
}

/** The host's own address in the command that asks it for its key. */
function exampleFrom(path: KeyPath, found: FoundConfig): string | undefined {
  const address = valueAt(["cephHost", "address"], found);
  const port = valueAt(["cephHost", "port"], found);
  if (
    keyName(path) !== "cnpg-rgw:cephHost.hostKey" ||
    typeof address !== "string" ||
    !/^[\w.:]+$/.test(address)
  )
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

function unknownKey(path: KeyPath): Problem {
  const nearest = nearestKey(path);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return { message: `${keyName(path)} is not a key of this project${hint}`, fix: removeCommand(path) };
}

/** A value of any type on one short line, without the credentials that people put in the wrong place by mistake. */
function shownSafely(value: unknown): string {
  const json = JSON.stringify(value);
  if (json.includes("PRIVATE KEY")) return "a private key";
  const harmless = masked(json);
  return harmless.length > 80 ? `${harmless.slice(0, 76)}…` : harmless;
}

/** Passwords and signatures travel in URLs. */
function masked(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//***@").replace(/\?[^"\s]+/g, "?***");
}

function withoutValue(message: string, value: unknown): string {
  const texts = [
    shownSafely(value),
    typeof value === "string" || typeof value === "number" ? shown(value) : "",
  ];
  return texts.reduce(
    (left, text) => (text === "" ? left : left.replaceAll(text, "what was given")),
    message,
  );
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
