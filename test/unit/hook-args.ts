import * as pulumi from "@pulumi/pulumi";

/** A secret as it travels between the engine and the SDK. */
export const secretMark = (value: unknown): Record<string, unknown> => ({
  [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
  value,
});

/** What the SDK hands to a hook for a secret: the outer mark has become an output, marks in it are left. */
export const nestedSecret = (value: unknown): pulumi.Output<unknown> => pulumi.secret(value);

/** A resource's inputs, as an engine sends them, as the SDK hands them to a hook. */
export function hookArgs(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const args = Object.entries(inputs).map(([name, sent]): [string, unknown] => {
    const value: unknown = pulumi.runtime.deserializeProperty(sent, true);
    const inner: unknown = pulumi.runtime.unwrapRpcSecret(value);
    return [name, inner === value ? value : nestedSecret(inner)];
  });
  return Object.fromEntries(args);
}
