import * as pulumi from "@pulumi/pulumi";

import { settled } from "./outputs.ts";

/**
 * Logs a message about a resource as soon as that is registered. Not to be awaited: the SDK delivers messages in their
 * order, so one about a resource that is not registered yet holds up all later ones. If that resource depends on
 * one that waits for a later message, both wait endlessly.
 */
export function log(
  severity: "info" | "warn" | "error",
  message: string,
  resource?: pulumi.Resource,
  options: { isEphemeral?: boolean } = {},
): void {
  const registered = resource === undefined ? Promise.resolve() : settled(resource.urn);
  void registered.then(() => pulumi.log[severity](message, resource, undefined, options.isEphemeral));
}
