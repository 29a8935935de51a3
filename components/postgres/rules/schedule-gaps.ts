import { createHash } from "node:crypto";

import { type Times, intervalIn, timesIn } from "./schedule.ts";

/** How far apart the times of a schedule are, in seconds. */
export interface Gaps {
  shortest: number;
  longest: number;
}

const day = 86_400;

/** Leap years included, of which one in a century is none. */
const yearsLookedAt = 9;

/** Whatever the operator's time zone is: the gaps are the same. Undefined for what is no schedule. */
export function gapsOf(schedule: string): Gaps | undefined {
  const every = intervalIn(schedule);
  if (every !== undefined) return { shortest: every, longest: every };
  const times = timesIn(schedule);
  if (times === undefined) return undefined;
  const days = daysOf(times);
  const inDay = times.hours.flatMap((hour) =>
    times.minutes.flatMap((minute) => times.seconds.map((second) => hour * 3600 + minute * 60 + second)),
  );
  const overNight = day - (inDay.at(-1) ?? 0) + (inDay[0] ?? 0);
  const nights = differences(days).map((count) => (count - 1) * day + overNight);
  const gaps = [...differences(inDay), ...nights];
  if (nights.length === 0) return undefined;
  return { shortest: minimum(gaps), longest: -minimum(gaps.map((gap) => -gap)) };
}

/** Numbers of the days on which a schedule comes. */
function daysOf({ days, months, weekdays, isAnyDay }: Times): number[] {
  const first = Date.UTC(2024, 0, 1) / 1000 / day;
  return Array.from({ length: yearsLookedAt * 366 }, (_, i) => first + i).filter((number) => {
    const date = new Date(number * day * 1000);
    if (!months.includes(date.getUTCMonth() + 1)) return false;
    const [ofMonth, ofWeek] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
    return isAnyDay ? ofMonth && ofWeek : ofMonth || ofWeek;
  });
}

const differences = (numbers: readonly number[]): number[] =>
  numbers.slice(1).map((number, i) => number - (numbers[i] ?? number));

const minimum = (numbers: readonly number[]): number =>
  numbers.reduce((least, number) => Math.min(least, number));

/** The night's hours in which base backups begin: from two o'clock on. */
const nightMinutes = 180;

/**
 * When a database is backed up of which nobody says when: each night between two and five, at a minute by its name.
 * All at once would begin with a checkpoint in each, on the same disks, and end in one queue at the store.
 */
export function nightlySchedule(namespace: string, clusterName: string): string {
  const digest = createHash("sha256").update(`${namespace}/${clusterName}`).digest();
  const minute = digest.readUInt32BE() % nightMinutes;
  return `0 ${minute % 60} ${2 + Math.floor(minute / 60)} * * *`;
}
