import { shown } from "../pulumi/arguments.ts";

export function momentRule(moment: string | undefined): string | undefined {
  return oneOf(moment, ["latest", "random"]);
}

export function pagesRule(pages: string | undefined): string | undefined {
  return oneOf(pages, ["catalogs", "full", "none"]);
}

export function deadlineRule(seconds: number | undefined): string | undefined {
  return whole(seconds, 300, 86_400, "seconds");
}

export function keepRunsRule(runs: number | undefined): string | undefined {
  return whole(runs, 1, 20, "runs");
}

export function dataLossRule(seconds: number | undefined): string | undefined {
  return whole(seconds, 1, 10 * 366 * 86_400, "seconds");
}

export function podsRule(pods: number | undefined): string | undefined {
  return whole(pods, 4, 100_000, "pods");
}

export function destinationRule(destination: string): string | undefined {
  if (/^s3:\/\/[a-z0-9][a-z0-9.-]+(\/[^\s]*)?$/.test(destination)) return undefined;
  return `must be a place like "s3://cnpg-backups/homelab/orders", not ${shown(destination)}`;
}

export function heartbeatRule(url: string | undefined): string | undefined {
  // Not shown: whoever knows it can silence the alarm.
  return url === undefined || /^https:\/\/[^\s]+$/.test(url) ? undefined : "must be an https:// URL";
}

function oneOf(value: string | undefined, allowed: readonly string[]): string | undefined {
  if (value === undefined || allowed.includes(value)) return undefined;
  return `must be one of ${allowed.join(", ")}, not ${shown(value)}`;
}

function whole(value: number | undefined, least: number, most: number, what: string): string | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return undefined;
  return `must be a whole number of ${what} from ${least} to ${most}, not ${shown(value)}`;
}
