import { execFileSync } from "node:child_process";
import { type Suite, type Test, describe, it } from "mocha";

import { type Tests, unless } from "../../support/unless.ts";
import { type Slice, inSlice, parsedSlice, sliceOf } from "./slice.ts";

/** Whether this is `npm run test:full`: everything, and as long as it takes. */
export const isFull = process.env.CNPG_RGW_TEST_FULL === "1";

/** All of it takes about four hours, and so one of them about four minutes. */
const slices = 60;

const commit = headCommit();
const slice = isFull ? undefined : sliceOfThisRun();

function sliceOfThisRun(): Slice | undefined {
  const given = process.env.CNPG_RGW_TEST_SLICE;
  if (given !== undefined && given !== "") return parsedSlice(given);
  return commit === undefined ? undefined : sliceOf(commit, slices);
}

/** Undefined outside of a git clone. */
function headCommit(): string | undefined {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}

/** What of the slice is in the files of this run, by unit. */
const units = new Map<string, (Test | Suite)[]>();

/**
 * `describe` and `it` for tests whose core another one shows in less time. They run in `npm run test:full`; and those of
 * one unit, all of them, when the slice of the commit has it. So a unit must not need another one.
 */
export function inFullAs(unit: string): Tests {
  if (isFull) return unless(undefined);
  const isInSlice = slice !== undefined && inSlice(unit, slice);
  if (!isInSlice) return unless("only in npm run test:full, and in a slice of it");
  return {
    describe: (title, suite) =>
      describe(title, function () {
        keep(unit, this);
        suite.call(this);
      }),
    it: (title, test) => keep(unit, it(title, test)),
  };
}

function keep<Part extends Test | Suite>(unit: string, part: Part): Part {
  units.set(unit, [...(units.get(unit) ?? []), part]);
  return part;
}

/** As {@link inFullAs}, each a unit of its own. */
export const inFull: Tests = {
  describe: (title, suite) => inFullAs(title).describe(title, suite),
  it: (title, test) => inFullAs(title).it(title, test),
};

/** For the start of a run: the slice, and what it adds to the core tests. */
export function slicePlan(): string {
  if (isFull) return "All tests, as CNPG_RGW_TEST_FULL is set\n";
  if (slice === undefined) {
    const why = commit === undefined ? "this is no git clone" : "CNPG_RGW_TEST_SLICE is none";
    return `The core tests, and no slice of the full ones: ${why}\n`;
  }
  const titles =
    units.size === 0 ? "  nothing in these files\n" : [...units.keys()].map((unit) => `  ${unit}\n`).join("");
  return `The core tests, and ${nameOf(slice)} of the full ones:\n${titles}`;
}

/** For the end of it; undefined if there was none. */
export function sliceResult(): string | undefined {
  if (slice === undefined) return undefined;
  const tests = [...units.values()].flat().flatMap(testsOf);
  const count = (state: Test["state"]): number => tests.filter((test) => test.state === state).length;
  const failed = count("failed");
  return `${nameOf(slice)}: ${count("passed")} passed, ${failed} failed${failed === 0 ? "" : ` (again: ${again(slice)})`}`;
}

const nameOf = ({ number, of }: Slice): string =>
  `slice ${number} of ${of}${commit === undefined ? "" : ` (commit ${commit.slice(0, 7)})`}`;

const again = ({ number, of }: Slice): string => `CNPG_RGW_TEST_SLICE=${number}/${of} npm run test:lab`;

const testsOf = (part: Test | Suite): Test[] =>
  "suites" in part ? [...part.tests, ...part.suites.flatMap(testsOf)] : [part];
