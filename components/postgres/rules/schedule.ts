import { shown } from "../../pulumi/arguments.ts";

/**
 * What CloudNativePG's parser of schedules, robfig/cron v1, takes: seconds first, and descriptors such as @daily. What
 * it takes and nobody means, such as a date that never comes or five fields, is refused all the same.
 */
export function scheduleRule(schedule: string | undefined): string | undefined {
  if (schedule === undefined || descriptors.has(schedule)) return undefined;
  if (schedule.startsWith("@every")) return everyProblem(schedule);
  const fields = fieldsOf(schedule);
  const six = fields.length === 5 ? ["0", ...fields] : fields;
  const why = fieldsProblem(six);
  if (why !== undefined) {
    return `must be a schedule of six fields, seconds first, such as "0 0 2 * * *", not ${shown(schedule)}${why}`;
  }
  const once = shown(["0", ...six.slice(1)].join(" "));
  if (six !== fields) {
    return `must have six fields, seconds first, and ${shown(schedule)} has five: write ${once}`;
  }
  const times = timesOf(six[0] ?? "", seconds).length;
  if (times === 1) return undefined;
  return (
    `must begin one base backup a minute at most, and ${shown(schedule)} begins ${times}, since the first field is the ` +
    `seconds: write ${once}`
  );
}

const fieldsOf = (schedule: string): string[] =>
  schedule.split(/[ \t\n\v\f\r]+/).filter((field) => field !== "");

const descriptors: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 0 1 1 *"],
  ["@annually", "0 0 0 1 1 *"],
  ["@monthly", "0 0 0 1 * *"],
  ["@weekly", "0 0 0 * * 0"],
  ["@daily", "0 0 0 * * *"],
  ["@midnight", "0 0 0 * * *"],
  ["@hourly", "0 0 * * * *"],
]);

/** The numbers that the six fields of a schedule stand for; undefined for an interval, and for what is no schedule. */
export interface Times {
  seconds: number[];
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  weekdays: number[];

  /** Whether it is on any day of the month, or any day of the week; else the one or the other is enough. */
  isAnyDay: boolean;
}

export function timesIn(schedule: string): Times | undefined {
  const fields = fieldsOf(descriptors.get(schedule) ?? schedule);
  const numbers = fieldTable.map((field, i) => timesOf(fields[i] ?? "", field).sort((a, b) => a - b));
  const [inSeconds, minutes, hours, days, inMonths, onWeekdays] = numbers;
  if (fields.length !== 6 || numbers.some((list) => list.length === 0)) return undefined;
  if (!inSeconds || !minutes || !hours || !days || !inMonths || !onWeekdays) return undefined;
  const isAnyDay = [fields[3], fields[5]].some((field) => /[*?]/.test(field ?? ""));
  return { seconds: inSeconds, minutes, hours, days, months: inMonths, weekdays: onWeekdays, isAnyDay };
}

/** The seconds of `@every 12h`; undefined for any other schedule. */
export function intervalIn(schedule: string): number | undefined {
  return schedule.startsWith("@every") && everyProblem(schedule) === undefined
    ? everySeconds(schedule)
    : undefined;
}

const units: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** More often than each minute nobody means; what is longer than 292 years is no duration in Go. */
function everyProblem(schedule: string): string | undefined {
  const every = everySeconds(schedule);
  if (every !== undefined && every >= 60 && every < 9.2e9) return undefined;
  return `must be @every and a time of a minute or more in h, m and s, such as "@every 12h", not ${shown(schedule)}`;
}

function everySeconds(schedule: string): number | undefined {
  const number = /\d+(?:\.\d*)?|\.\d+/.source;
  const unit = /ns|us|µs|μs|ms|s|m|h/.source;
  const duration = /^@every (.+)$/.exec(schedule)?.[1] ?? "";
  const parts = Array.from(duration.matchAll(new RegExp(`(${number})(${unit})`, "g")));
  const isWhole = duration !== "" && parts.map(([text]) => text).join("") === duration;
  if (!isWhole) return undefined;
  return parts.reduce((sum, [, count, name]) => sum + Number(count) * (units[name ?? ""] ?? 0), 0);
}

interface Field {
  what: string;
  min: number;
  max: number;
  /** Names of the numbers from `min` on. */
  names: readonly string[];
  allowed: string;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const seconds: Field = { what: "seconds", min: 0, max: 59, names: [], allowed: "0 to 59" };
const fieldTable: readonly Field[] = [
  seconds,
  { what: "minutes", min: 0, max: 59, names: [], allowed: "0 to 59" },
  { what: "hours", min: 0, max: 23, names: [], allowed: "0 to 23" },
  { what: "days of the month", min: 1, max: 31, names: [], allowed: "1 to 31, without L and W" },
  { what: "months", min: 1, max: 12, names: months, allowed: "1 to 12 or JAN to DEC" },
  {
    what: "days of the week",
    min: 0,
    max: 6,
    names: weekdays,
    allowed: "0 to 6 or SUN to SAT (Sunday is 0), without L and #",
  },
];

function fieldsProblem(fields: readonly string[]): string | undefined {
  if (fields.length !== fieldTable.length) return "";
  const numbers = fieldTable.map((field, i) => numbersOf(fields[i] ?? "", field));
  const wrong = fieldTable.find((_, i) => numbers[i] === undefined);
  if (wrong) return `: ${wrong.what} are ${wrong.allowed}, and a range goes from the lower to the higher`;
  const [, , , days = [], inMonths = []] = numbers;
  return neverComes(days, inMonths, fields[5] ?? "") ? ": there is no such day in any year" : undefined;
}

/** The numbers that a field stands for; undefined where the operator would refuse it. */
function numbersOf(text: string, field: Field): number[] | undefined {
  const ranges = text.split(",").map((range) => rangeOf(range, field));
  return ranges.every((range) => range !== undefined) ? ranges.flat() : undefined;
}

const timesOf = (text: string, field: Field): number[] => [...new Set(numbersOf(text, field) ?? [])];

function rangeOf(text: string, field: Field): number[] | undefined {
  const match = /^(?:[*?]|(\w+)(?:-(\w+))?)(?:\/(\d{1,9}))?$/.exec(text);
  if (!match) return undefined;
  const [, first, last, every] = match;
  // `N/step` goes on to the end, as `*/step` does.
  const isOpen = first === undefined || (last === undefined && every !== undefined);
  const from = first === undefined ? field.min : numberOf(first, field);
  const to = isOpen ? field.max : numberOf(last ?? first, field);
  const step = Number(every ?? 1);
  if (from === undefined || to === undefined || from > to || step < 1) return undefined;
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

function numberOf(text: string, { min, max, names }: Field): number | undefined {
  const at = names.indexOf(text.toUpperCase());
  const number = at >= 0 ? min + at : /^\d+$/.test(text) ? Number(text) : NaN;
  return number >= min && number <= max ? number : undefined;
}

/** Such as 30 February. A day of the week beside it would be one more day, unless it is any. */
function neverComes(days: number[], inMonths: number[], weekday: string): boolean {
  const longest = Math.max(
    ...inMonths.map((month) => [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] ?? 31),
  );
  return /[*?]/.test(weekday) && Math.min(...days) > longest;
}
