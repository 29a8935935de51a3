import { shown } from "../pulumi/arguments.ts";
import { versions } from "../versions.ts";

/** As a container runtime reads it: host, path, and a tag or a digest, without a scheme. */
export function imageRule(image: string): string | undefined {
  const host = /[A-Za-z0-9][\w.-]*(:\d+)?/.source;
  const path = /(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*/.source;
  const version = /(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?/.source;
  if (image.length <= 512 && new RegExp(`^${host}${path}${version}$`).test(image)) return undefined;
  return `must be the name of an image, such as registry.lan/plugin-barman-cloud:v${versions.barmanPlugin}, not ${shown(image)}`;
}

const pullPolicies = ["Always", "IfNotPresent", "Never"];

export function pullPolicyRule(policy: string): string | undefined {
  if (pullPolicies.includes(policy)) return undefined;
  return `must be one of ${pullPolicies.join(", ")}, not ${shown(policy)}`;
}

/** Below 30 days a renewal would be due more often than people run `pulumi up`. */
export function validityDaysRule(days: number | undefined): string | undefined {
  if (days === undefined) return undefined;
  if (Number.isInteger(days) && days >= 30 && days <= 36500) return undefined;
  return `must be a whole number of days from 30 to 36500, not ${shown(days)}`;
}
