import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { scheduleRule } from "../../../../../components/postgres/rules/schedule.ts";

/** The grammar of robfig/cron 1.2, which CloudNativePG's webhook parses schedules with. */
const bounds = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  {
    min: 1,
    max: 12,
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
  },
  { min: 0, max: 6, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
];

function field({ min, max, names }: (typeof bounds)[number]): fc.Arbitrary<string> {
  const number = fc.integer({ min, max });
  const written = (value: number): fc.Arbitrary<string> => {
    const name = names[value - min];
    return fc.constantFrom(
      ...[String(value), String(value).padStart(2, "0")],
      ...(name === undefined ? [] : [name, name.toLowerCase()]),
    );
  };
  const single = number.chain(written);
  const range = fc
    .tuple(number, number)
    .chain((ends) => fc.tuple(written(Math.min(...ends)), written(Math.max(...ends))))
    .map(([from, to]) => `${from}-${to}`);
  const step = fc.tuple(fc.oneof(fc.constantFrom("*", "?"), single, range), fc.integer({ min: 1, max: 99 }));
  const one = fc.oneof(
    fc.constantFrom("*", "?"),
    single,
    range,
    step.map(([of, by]) => `${of}/${by}`),
  );
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(","));
}

const valid = fc.tuple(...bounds.map(field));

/** What the operator takes and nobody means. */
const meantOtherwise = /there is no such day in any year$|^must begin one base backup a minute at most/;

describe("a schedule", () => {
  it("may be all that the operator's parser takes, but for what nobody means", () => {
    fc.assert(
      fc.property(valid, fc.constantFrom(" ", "  ", "\t"), (fields, blank) => {
        const problem = scheduleRule(fields.join(blank)) ?? "";
        assert.ok(problem === "" || meantOtherwise.test(problem), problem);
      }),
      { numRuns: 2_000 },
    );
  });

  it("may have nothing in any field that the operator's parser refuses", () => {
    const wrong = bounds.map(({ min, max, names }, i) => {
      const beyond = [
        `${max + 1}`,
        `${min}-${max + 1}`,
        `${max}-${min}`,
        `${max + 1}/2`,
        ...(min > 0 ? ["0", "0-5"] : []),
      ];
      const other = [
        "L",
        "15W",
        "LW",
        "1#2",
        "5L",
        "-1",
        "*/0",
        "1-2-3",
        "1/2/3",
        "1.5",
        "**",
        "MON#1",
        "JANUARY",
        "Ｍ",
      ];
      const foreign = names.length > 0 ? [`${names.at(-1) ?? ""}-${names[0] ?? ""}`] : ["MON", "JAN"];
      return fc.tuple(fc.constant(i), fc.constantFrom(...beyond, ...other, ...foreign));
    });
    fc.assert(
      fc.property(valid, fc.oneof(...wrong), fc.boolean(), (fields, [at, bad], isInList) => {
        const all = fields.map((one, i) => (i !== at ? one : isInList ? `${one},${bad}` : bad)).join(" ");
        assert.match(scheduleRule(all) ?? "", /must be a schedule of six fields, seconds first/, all);
      }),
      { numRuns: 2_000 },
    );
  });

  const refused: Record<string, RegExp> = {
    "0 0 2 * * 7": /days of the week are 0 to 6 or SUN to SAT \(Sunday is 0\)/,
    "0 0 2 * * 0-7": /Sunday is 0/,
    "0 0 2 * * 5L": /without L and #/,
    "0 0 2 L * *": /days of the month are 1 to 31, without L and W/,
    "0 0 2 15W * *": /without L and W/,
    "0 0 2 * * FRI-MON": /a range goes from the lower to the higher/,
    "0 0 24 * * *": /hours are 0 to 23/,
    "0 2 * * 7": /Sunday is 0/,
    "0 0 2 30 2 *": /no such day in any year/,
    "0 0 2 31 4,6 ?": /no such day/,
    "0\u00a00 2 * * *": /\\u00a0/,
    "TZ=UTC 0 0 2 * * *": /six fields/,
    " @daily": /six fields/,
    "@reboot": /six fields/,
    "@DAILY": /six fields/,
    "* 0 2 * * *": /begins 60, since the first field is the seconds: write "0 0 2 \* \* \*"$/,
    "* * * * * *": /begins 60, .*write "0 \* \* \* \* \*"$/,
    "0,30 0 2 * * *": /begins 2, .*write "0 0 2 \* \* \*"$/,
    "*/5 * * * *": /write "0 \*\/5 \* \* \* \*"$/,
  };
  for (const [schedule, why] of Object.entries(refused)) {
    it(`is refused with the reason: ${schedule}`, () => {
      assert.match(scheduleRule(schedule) ?? "", why);
    });
  }

  it("may be a day that comes in some years, or whenever it is a Monday", () => {
    for (const good of ["0 0 2 29 2 *", "0 0 2 30 2 MON", "0 0 2 31 4,5 *"])
      assert.equal(scheduleRule(good), undefined);
  });

  it("may come at intervals, in Go's words, of a minute or more", () => {
    for (const good of ["@every 12h", "@every 1h30m", "@every 1.5h", "@every .5h10s", "@every 60000ms"]) {
      assert.equal(scheduleRule(good), undefined, good);
    }
    for (const bad of [
      "",
      " ",
      " 12",
      " 1d",
      " -5h",
      " 0s",
      " 100ms",
      " 59s",
      "  12h",
      " 12h ",
      " h",
      " 3000000h",
      "12h",
    ]) {
      assert.match(scheduleRule(`@every${bad}`) ?? "", /such as "@every 12h", not/, bad);
    }
  });
});
