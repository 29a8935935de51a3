import * as pulumi from "@pulumi/pulumi";

import { beforeCreate } from "../pulumi/hooks.ts";
import { ifKnown } from "../pulumi/outputs.ts";
import { type Exposure, exposureOf } from "../text/exposure.ts";
import { log } from "../pulumi/log.ts";
import { withoutSlash } from "./connection.ts";

/**
 * Says once, before the bucket is made, that http lets everybody in a private network read the backups. Most homelabs
 * have it so, and have nobody else there: said at each run, nobody would read it, nor what is said beside it.
 */
export function tellsOfPrivateHttp(
  endpoint: pulumi.Output<string>,
  component: pulumi.Resource,
): { hooks?: pulumi.ResourceHookBinding } {
  return beforeCreate(component, async () => {
    const known = await ifKnown(endpoint);
    const told = known === undefined ? undefined : plainHttp(known, await exposureOf(known));
    if (told?.isWarning === false) log("info", told.text, component);
    return undefined;
  });
}

/** Warns at each run of an http endpoint that is reached over the internet. */
export function warnsOfPublicHttp(endpoint: pulumi.Output<string>): void {
  endpoint.apply(async (known) => {
    const told = plainHttp(known, await exposureOf(known));
    if (told?.isWarning === true) log("warn", told.text);
  });
}

/** What to say of an endpoint; nothing where requests do not leave this host, or are encrypted. */
export function plainHttp(
  endpoint: string,
  exposure: Exposure | undefined,
): { isWarning: boolean; text: string } | undefined {
  if (exposure === undefined || exposure === "host") return undefined;
  const isWarning = exposure === "internet";
  const where = isWarning
    ? "and its address is not in a private network: everybody on the way"
    : "everybody in your network";
  return {
    isWarning,
    text:
      `The endpoint ${withoutSlash(endpoint)} is http, ${isWarning ? "" : "so "}${where} can read the backups, which hold all ` +
      `data of your databases, and change them. Use https, with caBundle for a CA of your own` +
      (isWarning ? "." : ", unless nobody else is there. This is said once."),
  };
}
