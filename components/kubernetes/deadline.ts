/** The time that some work has left; it stands still while the work waits for its turn. */
class Clock {
  readonly milliseconds: number;
  readonly #ring: () => void;
  #left: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #waits = 0;

  constructor(milliseconds: number, ring: () => void) {
    this.milliseconds = milliseconds;
    this.#left = milliseconds;
    this.#ring = ring;
    this.#start();
  }

  async off<T>(wait: () => Promise<T>): Promise<T> {
    if (this.#waits === 0) this.stop();
    this.#waits += 1;
    try {
      return await wait();
    } finally {
      this.#waits -= 1;
      if (this.#waits === 0) this.#start();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#left -= Date.now() - this.#startedAt;
  }

  #start(): void {
    this.#startedAt = Date.now();
    this.#timer = setTimeout(this.#ring, Math.max(this.#left, 0));
  }
}

const clocks = new WeakMap<AbortSignal, Clock>();

/** What was asked did not answer in its time. */
export class NoAnswer extends Error {}

export const noAnswerWithin = (milliseconds: number): NoAnswer =>
  new NoAnswer(`no answer within ${milliseconds / 1_000} s`);

/** The result of the work, or an error once the time is over. What the work waits {@link offTheClock} does not count. */
export async function withDeadline<T>(
  milliseconds: number,
  work: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let clock: Clock | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    clock = new Clock(milliseconds, () => {
      reject(noAnswerWithin(milliseconds));
      controller.abort();
    });
    clocks.set(controller.signal, clock);
  });
  try {
    // The work may do what no signal reaches, hence the race beside the signal.
    return await Promise.race([late, work(controller.signal)]);
  } finally {
    clock?.stop();
  }
}

/** Waits for what is not the work's own: other questions that were there before, or a login that all of them share. */
export function offTheClock<T>(deadline: AbortSignal, wait: () => Promise<T>): Promise<T> {
  return clocks.get(deadline)?.off(wait) ?? wait();
}

/** The time that the work of a deadline has as a whole; undefined for a deadline that is not of {@link withDeadline}. */
export const timeOf = (deadline: AbortSignal): number | undefined => clocks.get(deadline)?.milliseconds;
