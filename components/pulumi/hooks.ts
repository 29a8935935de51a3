import * as pulumi from "@pulumi/pulumi";

import { userError } from "./arguments.ts";
import { isMocked } from "./mocks.ts";

/** The inputs of a resource as a hook gets them, to be read by `knownValues` or `knownParts`. */
export type NewInputs = Readonly<Record<string, unknown>>;

/**
 * For a resource that may already exist, made by something else: looks before the engine makes it, in previews too,
 * and never once the stack has it. What the look says is an error. A preview goes on, so that it shows the problems of
 * all resources at once; an update stops.
 */
export function beforeCreate(
  resource: pulumi.Resource,
  look: (inputs: NewInputs) => Promise<string | undefined>,
): { hooks?: pulumi.ResourceHookBinding } {
  if (isMocked()) return {};
  return { hooks: { beforeCreate: [hook(resource, ({ newInputs }) => look(newInputs ?? {}))] } };
}

/** As {@link beforeCreate}, before the engine changes what the stack has. */
export function beforeUpdate(
  resource: pulumi.Resource,
  look: (inputs: NewInputs, before: NewInputs) => Promise<string | undefined>,
): { hooks?: pulumi.ResourceHookBinding } {
  if (isMocked()) return {};
  const args = ({ newInputs, oldInputs }: pulumi.ResourceHookArgs) => look(newInputs ?? {}, oldInputs ?? {});
  return { hooks: { beforeUpdate: [hook(resource, args)] } };
}

function hook(
  resource: pulumi.Resource,
  look: (args: pulumi.ResourceHookArgs) => Promise<string | undefined>,
): pulumi.ResourceHook {
  const callback = async (args: pulumi.ResourceHookArgs): Promise<void> => {
    const problem = await look(args);
    if (problem === undefined) return;
    if (!pulumi.runtime.isDryRun()) throw new Error(problem);
    // An unhandled error fails the program at its end, after all resources were looked at.
    void Promise.reject(userError(problem, resource));
  };
  hooks += 1;
  return new pulumi.ResourceHook(`what-was-there-${hooks}`, callback, { onDryRun: true });
}

let hooks = 0;
