import { gapsOf } from "../postgres/rules/schedule-gaps.ts";
import type { Run } from "./result.ts";

/** What a drill is to keep to. */
export interface DrillPromise {
  /** `<namespace>/<cluster>` of the database. */
  database: string;

  /** Five fields, minute first. */
  schedule: string;

  deadlineSeconds: number;

  /** When the drill was set up: before its first time, nothing is late. */
  since: Date;
}

/** The command that shows more, to be put behind a warning. */
const look = "`npm run drill -- status` shows all drills";

/**
 * What is to be told of a drill: that the last one failed, that none has passed or been tried for longer than the schedule
 * allows, or that none ever ran. Its own words say why; nothing where all is well.
 *
 * @param runs newest first
 */
export function drillWarnings(runs: readonly Run[], promise: DrillPromise, now: Date): string[] {
  const { database } = promise;
  const [last] = runs;
  const passed = runs.find(({ result }) => result === "passed");
  const failed = last?.result === "failed" ? [failure(database, last)] : [];
  const since = passed === undefined ? promise.since : new Date(passed.startedAt);
  if (!isLate(since, promise, now)) return failed;
  return [...failed, passed === undefined ? neverPassed(promise, last) : tooOld(promise, passed, last, now)];
}

function failure(database: string, { reason, detail, startedAt }: Run): string {
  const why = [reason, detail].filter((part) => part !== null).join(": ");
  return `The last restore drill of ${database} failed (${day(startedAt)})${why === "" ? "" : `: ${why}`}. ${look}`;
}

function neverPassed({ database, since }: DrillPromise, last: Run | undefined): string {
  const what = last === undefined ? "has never run" : `has never passed${skipped(last)}`;
  return (
    `The restore drill of ${database} ${what}, and it is there since ${day(since.toISOString())}. Run it now: ` +
    `\`npm run drill -- now ${database}\``
  );
}

function tooOld({ database }: DrillPromise, passed: Run, last: Run | undefined, now: Date): string {
  const days = Math.floor((now.getTime() - Date.parse(passed.startedAt)) / 86_400_000);
  return (
    `The last restore drill of ${database} that passed is ${days} ${days === 1 ? "day" : "days"} old, which is more than ` +
    `its schedule allows${last === passed ? "" : skipped(last)}. Is its CronJob suspended? Run it now: \`npm run drill -- ` +
    `now ${database}\``
  );
}

function skipped(last: Run | undefined): string {
  if (last?.result !== "skipped") return "";
  const why = [last.reason, last.detail].filter((part) => part !== null).join(": ");
  return `; the last one was skipped${why === "" ? "" : ` (${why})`}`;
}

/** The schedule's longest gap, and a whole run. A schedule that no rule knows is never late. */
function isLate(since: Date, { schedule, deadlineSeconds }: DrillPromise, now: Date): boolean {
  const gaps = gapsOf(`0 ${schedule.trim()}`);
  return gaps !== undefined && now.getTime() - since.getTime() > (gaps.longest + deadlineSeconds) * 1000;
}

const day = (iso: string): string => iso.slice(0, 16).replace("T", " ") + " UTC";
