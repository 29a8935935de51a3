import { createHash } from "node:crypto";

import { shown } from "../pulumi/arguments.ts";
import { timesIn } from "../postgres/rules/schedule.ts";

/** From 22:00 to 02:00, when the default base backups begin. */
const [firstHour, minutesOfNight] = [22, 240];

/**
 * When a database is drilled of which the arguments do not say when: once a week, its night and minute by its name, so
 * that another database added later moves none. Two at the same minute wait for each other: see scripts/lease.py.
 */
export function drillSchedule(namespace: string, clusterName: string): string {
  const digest = createHash("sha256").update(`drill ${namespace}/${clusterName}`).digest();
  const minute = digest.readUInt32BE(0) % minutesOfNight;
  const night = digest.readUInt32BE(4) % 7;
  const hour = firstHour + Math.floor(minute / 60);
  // The night that begins on Saturday ends on Sunday.
  return `${minute % 60} ${hour % 24} * * ${(night + Math.floor(hour / 24)) % 7}`;
}

export function drillScheduleRule(schedule: string | undefined): string | undefined {
  if (schedule === undefined) return undefined;
  const isFive = schedule.trim().split(/\s+/).length === 5;
  if (isFive && timesIn(`0 ${schedule.trim()}`) !== undefined) return undefined;
  return `must be five fields as in a CronJob, minute first, like "30 4 * * 0" (Sunday at 4:30); not ${shown(schedule)}`;
}
