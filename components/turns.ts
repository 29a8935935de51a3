interface Waiting {
  begin: () => void;
  fail: (error: unknown) => void;
}

/**
 * Lets a few jobs at a server go on at once, in the order in which they come: a stack of hundreds of databases would open
 * hundreds of connections otherwise. Once a job has failed as on a dead server, and no other has ended well meanwhile,
 * those that wait fail with it: they would wait for that server one after the other.
 * @internal
 */
export class Turns {
  readonly #atOnce: number;
  readonly #isOfDeadServer: (error: unknown) => boolean;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #successes = 0;

  constructor(atOnce: number, isOfDeadServer: (error: unknown) => boolean = () => false) {
    this.#atOnce = atOnce;
    this.#isOfDeadServer = isOfDeadServer;
  }

  /** @param waiting what goes around the wait for the turn, such as a clock that stands still. Default: nothing */
  async run<T>(
    job: () => Promise<T>,
    waiting: (turn: () => Promise<void>) => Promise<void> = (turn) => turn(),
  ): Promise<T> {
    await waiting(() => this.#turn());
    const before = this.#successes;
    try {
      const result = await job();
      this.#successes += 1;
      return result;
    } catch (error) {
      if (this.#isOfDeadServer(error) && this.#successes === before) {
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
