import { Turns } from "../turns.ts";
import { NoAnswer, noAnswerWithin, offTheClock, timeOf } from "./deadline.ts";

/**
 * Lets a few requests through at once. A request's time begins when its turn comes. One that has no answer in its time is
 * the sign of a dead server.
 */
export class Queue {
  readonly #turns: Turns;

  constructor(atOnce: number) {
    this.#turns = new Turns(atOnce, (error) => error instanceof NoAnswer);
  }

  run<T>(deadline: AbortSignal, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#turns.run(
      async () => {
        const milliseconds = timeOf(deadline);
        const own = milliseconds === undefined ? undefined : AbortSignal.timeout(milliseconds);
        try {
          return await request(own ? AbortSignal.any([deadline, own]) : deadline);
        } catch (error) {
          if (!deadline.aborted && own?.aborted !== true) throw error;
          throw milliseconds === undefined ? new NoAnswer("no answer in time") : noAnswerWithin(milliseconds);
        }
      },
      (turn) => offTheClock(deadline, turn),
    );
  }
}
