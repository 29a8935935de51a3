import * as pulumi from "@pulumi/pulumi";

import { beforeCreate } from "../pulumi/hooks.ts";
import { ifKnown } from "../pulumi/outputs.ts";
import { type Exposure, exposureOf } from "../text/exposure.ts";
import { log } from "../pulumi/log.ts";
import { withoutSlash } from "./connection.ts";

/**
 * Says once, before the bucket is created, that http lets everyone in a private network read the backups. Most homelabs
 * use http and have no one else in the network: a warning at each run would only hide other warnings.
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
    ? "and its address is not in a private network: everyone on the way"
    : "everyone in your network";
  return {
    isWarning,
    text:
      `The endpoint ${withoutSlash(endpoint)} is http, ${isWarning ? "" : "so "}${where} can read the backups, which hold all ` +
      `data of your databases, and change them. Use https, with caBundle for a CA of your own` +
      (isWarning ? "." : ", unless you are alone in that network. This message appears once."),
  };
}
