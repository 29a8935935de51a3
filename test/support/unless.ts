import { describe, it } from "mocha";
import type { AsyncFunc, Context, Func, Suite, Test } from "mocha";

/** Mocha's own, as far as the tests need them. */
export interface Tests {
  readonly describe: (title: string, suite: (this: Suite) => void) => unknown;
  readonly it: (title: string, test: Func | AsyncFunc) => Test;
}

/** `describe` and `it`; where there is a reason to skip, such as a missing program, the titles show it. */
export function unless(reason: string | false | undefined): Tests {
  if (reason === undefined || reason === false) return { describe, it };
  return {
    describe: (title, suite) => describe.skip(skipped(title, reason), suite),
    it: (title, test) => it.skip(skipped(title, reason), test),
  };
}

/** Skips a test from within, or from a hook the tests that it is for; the reason is printed before their titles. */
export function skip(context: Context, reason: string): never {
  process.stdout.write(`Skipped: ${reason}\n`);
  return context.skip();
}

const skipped = (title: string, reason: string): string => `${title} [skipped: ${reason}]`;
