import * as pulumi from "@pulumi/pulumi";

import { masked } from "../text/masked.ts";

/** Says what is wrong with a value and what is allowed instead, without the value if it is secret; or nothing. */
export type Rule<T> = (value: T) => string | undefined;

/** The rule of an argument that may be left out. */
export const ifGiven =
  <T>(rule: Rule<T>): Rule<T | undefined> =>
  (value) =>
    value === undefined ? undefined : rule(value);

/**
 * The argument's value, once it keeps the rule. A plain value is checked at once, so that a mistake ends the program
 * before anything is created; the value of an output as soon as it is known.
 */
export function checked<T>(
  resource: pulumi.Resource | undefined,
  argument: string,
  value: pulumi.Input<T>,
  rule: Rule<pulumi.Unwrap<T>>,
): pulumi.Output<pulumi.Unwrap<T>> {
  const check = (known: pulumi.Unwrap<T>): pulumi.Unwrap<T> => {
    const problem = rule(known);
    if (problem !== undefined) throw userError(`${argument} ${problem}`, resource);
    return known;
  };
  if (isPlain(value)) check(value);
  return pulumi.output(value).apply(check);
}

function isPlain<T>(value: pulumi.Input<T>): value is pulumi.Unwrap<T> & pulumi.Input<T> {
  return typeof value !== "object" || value === null;
}

/**
 * How a rule shows a value in its message: quoted, not too long, without what looks like a secret, and what is not
 * plain ASCII as \u escapes, so that letters that look alike, invisible ones and those that steer a terminal are seen.
 */
export function shown(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = asciiJson(JSON.stringify(masked(value)));
  return text.length <= 80 ? text : `${text.slice(0, 76)}…"`;
}

/** JSON of ASCII characters only, and none of them a control character. */
export function asciiJson(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What a JSON text says, to be parsed further; undefined if it is no JSON. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * An error for the user: Pulumi prints its message, and no stack. The SDK writes "error serializing property …" in
 * front of the message for each input that it passes through; that says nothing to a user, so the message stays. And it
 * prints the stack of what no resource waited for, once the program has come to its end; so that is the message too.
 */
export function userError(message: string, resource: pulumi.Resource | undefined): pulumi.ResourceError {
  const error = new pulumi.ResourceError(message, resource, true);
  const fixed = { get: () => message, set: () => undefined };
  return Object.defineProperties(error, { message: fixed, stack: fixed });
}
