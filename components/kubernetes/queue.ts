import { noAnswerWithin, offTheClock, timeOf } from "./deadline.ts";

interface Waiting {
  start: () => void;
  fail: (error: Error) => void;
}

/**
 * Lets a few requests through at once, in the order in which they come. A request's time begins when its turn comes. Once
 * one has had no answer in its time, and no other has had one meanwhile, those that wait get none either: without that,
 * hundreds of them would wait for a dead server one after the other.
 */
export class Queue {
  readonly #atOnce: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #answers = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  async run<T>(deadline: AbortSignal, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    await offTheClock(deadline, () => this.#turn());
    const milliseconds = timeOf(deadline);
    const own = milliseconds === undefined ? undefined : AbortSignal.timeout(milliseconds);
    const answersBefore = this.#answers;
    try {
      const answer = await request(own ? AbortSignal.any([deadline, own]) : deadline);
      this.#answers += 1;
      return answer;
    } catch (error) {
      if (!deadline.aborted && own?.aborted !== true) throw error;
      const late = milliseconds === undefined ? new Error("no answer in time") : noAnswerWithin(milliseconds);
      if (this.#answers === answersBefore) this.#failWaiting(late);
      throw late;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.start();
    }
  }

  #turn(): Promise<void> {
    if (this.#running < this.#atOnce) {
      this.#running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        this.#running += 1;
        resolve();
      };
      this.#waiting.push({ start, fail: reject });
    });
  }

  #failWaiting(error: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }
}
