const cleanups: (() => unknown)[] = [];

/** Does something once the test that runs now has ended, however it ended; what was said last comes first. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.unshift(cleanup);
}

/**
 * Has a method do something else until the test that runs now has ended. Returns what it is called with, call by call,
 * as it is called.
 */
export function mockMethod<Name extends string, Given extends unknown[], Result>(
  object: Record<Name, (...given: Given) => Result>,
  name: Name,
  does: (...given: Given) => Result,
): readonly Given[] {
  const calls: Given[] = [];
  const original = object[name];
  object[name] = (...given) => {
    calls.push(given);
    return does(...given);
  };
  afterTest(() => {
    object[name] = original;
  });
  return calls;
}

/** After each test; all of it is done, whatever fails. */
export async function cleanUp(): Promise<void> {
  const errors: unknown[] = [];
  for (const cleanup of cleanups.splice(0)) {
    try {
      await cleanup();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join("\n"));
}
