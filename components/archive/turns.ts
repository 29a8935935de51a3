import type { S3Connection } from "../s3/connection.ts";

interface Waiting {
  begin: () => void;
  fail: (error: unknown) => void;
}

/**
 * Lets a few jobs at a store go on at once, in the order in which they come: a stack of hundreds of databases would open
 * hundreds of connections otherwise. Once a job has failed as on a dead store, and no other has ended well meanwhile, those
 * that wait fail with it: they would wait for that store one after the other.
 */
export class Turns {
  readonly #atOnce: number;
  readonly #isOfDeadStore: (error: unknown) => boolean;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #successes = 0;

  constructor(atOnce: number, isOfDeadStore: (error: unknown) => boolean = () => false) {
    this.#atOnce = atOnce;
    this.#isOfDeadStore = isOfDeadStore;
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.#turn();
    const before = this.#successes;
    try {
      const result = await job();
      this.#successes += 1;
      return result;
    } catch (error) {
      if (this.#isOfDeadStore(error) && this.#successes === before) {
        for (const { fail } of this.#waiting.splice(0)) fail(error);
      }
      throw error;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.begin();
    }
  }

  #turn(): Promise<void> {
    if (this.#running < this.#atOnce) {
      this.#running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, fail) => {
      const begin = () => {
        this.#running += 1;
        resolve();
      };
      this.#waiting.push({ begin, fail });
    });
  }
}

/** Whether a request ended because the store did not answer it in its time, or in that of the whole job. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name);
}

/** Turns of each store, for as long as the program runs. */
function perStore(create: () => Turns): (connection: S3Connection) => Turns {
  const known = new Map<string, Turns>();
  return ({ endpoint }) => {
    const turns = known.get(endpoint) ?? create();
    known.set(endpoint, turns);
    return turns;
  };
}

/** Looks into archives. Each asks a few things at a time itself. */
export const looksAt = perStore(() => new Turns(8, isLate));

/** Reads of a segment of WAL. Each has a connection, and unpacks in this process; its look has a time of its own. */
export const readsAt = perStore(() => new Turns(16));
