import * as pulumi from "@pulumi/pulumi";

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

/** The values of inputs as far as they are known by now, secrets as plain values; undefined where they are not. */
export async function knownValues(
  inputs: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const serialized: Record<string, unknown> = await pulumi.runtime.serializeProperties("known", inputs);
  const values = Object.entries(serialized).map(([name, given]): [string, unknown] => {
    const value: unknown = pulumi.runtime.unwrapRpcSecret(given);
    const isUnknown = JSON.stringify(value ?? null).includes(pulumi.runtime.unknownValue);
    return [name, isUnknown ? undefined : value];
  });
  return Object.fromEntries(values);
}
