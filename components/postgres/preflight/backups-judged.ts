import type { EndedBackup } from "../../archive/base-backup.ts";
import type { Attempt, Newest } from "../../archive/newest.ts";
import { momentAfter } from "../../archive/units.ts";
import { gapsOf } from "../rules/schedule-gaps.ts";

/** What the newest of an archive is judged by. */
export interface Judgement {
  /** Of the ScheduledBackup. */
  schedule: string;

  /** Where the archive is, as a URL. */
  url: string;

  /** Whether it is stopped on purpose, and makes neither WAL nor backups. */
  isAtRest: boolean;

  /** The command that takes a base backup. */
  takeOne: string;
  now: Date;
}

const hour = 3_600;

/** A backup may take its time, and more so as the database grows. */
const slackOf = (backup: EndedBackup): number => Math.max(2 * hour, 2 * secondsOf(backup));

/** WAL that is complete is archived within a minute, or after a busy hour. */
const walSlack = hour;

/**
 * What is wrong with the backups of a database that runs, by what is in the bucket; each goes on after its name. No
 * clock need agree with another: the pods', this machine's and the store's are less than 15 minutes apart, or the store
 * refuses their signatures.
 */
export function backupProblems(newest: Newest, judgement: Judgement): string[] {
  const { complete } = newest;
  if (complete === undefined) return [noBackup(newest, judgement)];
  const { isAtRest, schedule, now } = judgement;
  if (isAtRest) return [];
  const age = (now.getTime() - complete.extent.endTime.getTime()) / 1000;
  const gaps = gapsOf(schedule);
  return [
    ...(gaps && age > gaps.longest + slackOf(complete)
      ? [tooOld(complete, newest.incomplete, { ...judgement, age, due: gaps.longest })]
      : []),
    ...(gaps && gaps.shortest < secondsOf(complete) ? [tooOften(complete, gaps.shortest, judgement)] : []),
    ...(newest.missingWal !== undefined && age > walSlack
      ? [withoutWal(complete, newest.missingWal, judgement)]
      : []),
  ];
}

function noBackup({ count, incomplete }: Newest, { url, takeOne }: Judgement): string {
  const is = count === 0 ? "no base backup" : "no complete base backup";
  const attempts = incomplete.length === 0 ? "" : ` (${listed(incomplete)})`;
  return (
    `has ${is} at ${url}${attempts}, and cannot be recovered until there is one. If none is running ` +
    "(kubectl get backups, in its namespace), take one from the primary, because one from a standby begins earlier, " +
    `with WAL that may not be there: ${takeOne}`
  );
}

function tooOld(
  { id, extent }: EndedBackup,
  later: readonly Attempt[],
  { url, takeOne, age, due, schedule }: Judgement & { age: number; due: number },
): string {
  const since = later.length === 0 ? "No other has begun since" : `Since then: ${listed(later)}`;
  return (
    `has had no complete base backup for ${shownSpan(age)}, and its schedule ("${schedule}") takes one within ` +
    `${shownSpan(due)}: the newest at ${url} is ${id}, which ended at ${momentAfter(extent.endTime)}. ${since}. Until ` +
    "there is a newer one, a recovery replays all WAL from then on. See kubectl get backups,scheduledbackups in its " +
    `namespace. Once the cause is fixed, run: ${takeOne}`
  );
}

const tooOften = (backup: EndedBackup, shortest: number, { schedule }: Judgement): string =>
  `begins a base backup each ${shownSpan(shortest)} ("${schedule}"), and the newest one, ${backup.id}, took ` +
  `${shownSpan(secondsOf(backup))}: it backs up all the time. Set backup.schedule to fewer backups.`;

const withoutWal = ({ id, extent }: EndedBackup, wal: string, { url }: Judgement): string =>
  `has no WAL at ${url} from ${wal} on, which PostgreSQL had written before its base backup ${id} ended at ` +
  `${momentAfter(extent.endTime)}, whatever the condition ContinuousArchiving says: that backup and all since cannot be ` +
  "recovered. Check the logs of its containers plugin-barman-cloud and postgres, that they reach the store, and that " +
  "nothing deletes objects there.";

const secondsOf = ({ extent: { beginTime, endTime } }: EndedBackup): number =>
  (endTime.getTime() - beginTime.getTime()) / 1000;

const listed = (attempts: readonly Attempt[]): string =>
  [
    ...attempts.slice(0, 3).map(({ id, is }) => `${id} ${is}`),
    ...(attempts.length > 3 ? [`and ${attempts.length - 3} more`] : []),
  ].join(", ");

/** A time span in the unit that people would say it in. */
export function shownSpan(seconds: number): string {
  const units = [
    [48 * hour, 24 * hour, "days"],
    [2 * hour, hour, "hours"],
    [120, 60, "minutes"],
    [0, 1, "s"],
  ] as const;
  const [, size, unit] = units.find(([from]) => seconds >= from) ?? units[3];
  return `${Math.round(seconds / size)} ${unit}`;
}
