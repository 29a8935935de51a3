import { relative } from "node:path";
import Mocha from "mocha";

const { Base } = Mocha.reporters;
const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/**
 * Prints what failed or is skipped, and how many of each in the last line; with the option `each=true` a line for each
 * test with its time, as soon as it has ended.
 */
export default class Reporter extends Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const each = isEach(options.reporterOptions);
    let passed = 0;
    let skipped = 0;
    runner.on(EVENT_TEST_PASS, (test) => {
      passed += 1;
      if (each) print(`✔ ${nameOf(test)} (${duration(test)})`);
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      skipped += 1;
      print(`- ${nameOf(test)}`);
    });
    const notRun: Mocha.Runnable[] = [];
    // Those of hooks, too.
    runner.on(EVENT_TEST_FAIL, (test, error: unknown) => {
      print(`✖ ${nameOf(test)} (${duration(test)})`);
      // The hook's own failure is told before those of the tests that it is for.
      if (isOfHook(error)) {
        notRun.push(test);
        return;
      }
      // With all else at the end, which on the lab is hours away.
      if (each) print(messageOf(error).replaceAll(/^/gm, "    "));
    });
    runner.once(EVENT_RUN_END, () => {
      if (this.failures.length > 0) {
        print("");
        Base.list(this.failures.filter((test) => !notRun.includes(test)));
        print(filesOf(this.failures));
      }
      for (const note of this.notes()) print(note);
      print(`${passed} passed, ${this.failures.length} failed, ${skipped} skipped`);
    });
  }

  /** What is printed before the last line. */
  protected notes(): readonly string[] {
    return [];
  }
}

/** Written at once: a run that is cut off shows how far it came. */
function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const isEach = (options: unknown): boolean =>
  typeof options === "object" && options !== null && "each" in options && String(options.each) === "true";

/** `test/unit/x.test.ts › a database › comes up`. */
const nameOf = (test: Mocha.Runnable): string => test.titlePath().join(" › ");

function duration({ duration: ms }: Mocha.Runnable): string {
  if (ms === undefined) return "not run";
  if (ms < 1000) return `${ms} ms`;
  const seconds = ms / 1000;
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isOfHook = (error: unknown): boolean =>
  messageOf(error).startsWith("Test skipped due to failure in hook");

/** To run them again. */
function filesOf(failures: readonly Mocha.Runnable[]): string {
  const files = failures.flatMap(({ file }) => (file === undefined ? [] : [relative(process.cwd(), file)]));
  return `Failed in:\n${[...new Set(files)].map((file) => `  ${file}\n`).join("")}`;
}
