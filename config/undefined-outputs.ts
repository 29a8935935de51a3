import * as pulumi from "@pulumi/pulumi";

/**
 * An output that the config leaves undefined, such as `caBundle`, is left out of the stack's outputs, as it should be.
 * The SDK warns of it all the same, at every preview and update.
 */
export function keepQuietAboutUndefinedOutputs(): void {
  const { warn } = pulumi.log;
  const quieter: typeof warn = (message, ...more) =>
    /^Undefined value \(\w+\) will not show as a stack output\.$/.test(message)
      ? Promise.resolve()
      : warn(message, ...more);
  Object.assign(pulumi.log, { warn: quieter });
}
