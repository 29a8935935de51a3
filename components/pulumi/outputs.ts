import * as pulumi from "@pulumi/pulumi";

import { isPlainObject } from "../text/plain-object.ts";

/** The value of an input once it is known, a secret as a plain value. While it is unknown, as in a preview, it waits. */
export function settled<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(input).apply(resolve);
  });
}

/** The value of an output that is known by now, as of {@link settled}; undefined while it is not, as in a preview. */
export async function ifKnown<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T> | undefined> {
  const { value } = await knownValues({ value: output });
  return value === undefined ? undefined : settled(output);
}

/**
 * The values of inputs, secrets as plain values; undefined where a value is not known yet, or a part of it. Whatever
 * reads the arguments of hooks and transforms reads them by this, or by {@link knownParts}: the engine wraps a secret in
 * a mark, and what holds it in another one.
 */
export async function knownValues(
  inputs: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const values = Object.entries(await serialized(inputs)).map(([name, given]): [string, unknown] => {
    const value = unwrapped(given);
    const isUnknown = JSON.stringify(value ?? null).includes(pulumi.runtime.unknownValue);
    return [name, isUnknown ? undefined : value];
  });
  return Object.fromEntries(values);
}

/** As {@link knownValues}, where a part is enough: only that is undefined which is not known yet, or a secret with it. */
export async function knownParts(
  inputs: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const parts = Object.entries(await serialized(inputs)).map(([name, given]): [string, unknown] => [
    name,
    withoutUnknown(unwrapped(given)),
  ]);
  return Object.fromEntries(parts);
}

const serialized = (inputs: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> =>
  pulumi.runtime.serializeProperties("known", inputs);

/** A serialized value without the marks of secrets, at any depth. */
function unwrapped(given: unknown): unknown {
  const value: unknown = pulumi.runtime.unwrapRpcSecret(given);
  return value === given ? mapped(value, unwrapped) : unwrapped(value);
}

const withoutUnknown = (value: unknown): unknown =>
  value === pulumi.runtime.unknownValue ? undefined : mapped(value, withoutUnknown);

/** A copy of a list or an object with another value in the place of each. */
function mapped(value: unknown, other: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(other);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, other(inner)]));
}
