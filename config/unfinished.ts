import * as pulumi from "@pulumi/pulumi";

import { isMocked } from "../components/internal.ts";

/**
 * Ends a program with an error if some of its resources wait for each other endlessly. Node.js ends such a program as
 * if it were finished; the SDK (3.259, `cmd/run` and `runtime/debuggable`) tells the engine so, which then deletes
 * whatever was not registered, and only afterwards finds that registrations are missing. To be called before the first
 * resource is made.
 */
export function failIfUnfinished(): void {
  if (isMocked()) return;
  const waiting = new Set<pulumi.Resource>();
  pulumi.runtime.registerStackTransformation(({ resource }) => {
    waiting.add(resource);
    // It has no URN yet: the SDK transforms a resource before it registers it.
    queueMicrotask(() => resource.urn.apply(() => waiting.delete(resource)));
    return undefined;
  });
  let isUnfinished = false;
  process.once("beforeExit", (code) => {
    isUnfinished = code === 0 && waiting.size > 0;
    // The SDK does not report an end with an error as a success.
    if (isUnfinished) process.exitCode = 1;
  });
  // Between these two, the SDK names the resources and what each waits for, if nothing else has failed the program.
  process.prependListener("exit", () => {
    if (isUnfinished) process.exitCode = undefined;
  });
  process.on("exit", () => {
    if (isUnfinished) process.exitCode = 1;
  });
}
