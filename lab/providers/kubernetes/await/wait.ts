import { setTimeout as sleep } from "node:timers/promises";

/** What a look at an object says: it is done, or what is still missing. Throws when it can never be done. */
export type Look = { done: true } | { done: false; waitingFor: string };

export const done: Look = { done: true };

export function waitingFor(what: string): Look {
  return { done: false, waitingFor: what };
}

/** The end of a wait without what was waited for. The words are those of Kubernetes' own library. */
export class WaitEndedError extends Error {
  override readonly name = "WaitEndedError";
  readonly isCancelled: boolean;
  /** What was still missing, as far as a look could tell. */
  readonly missing: string;
  constructor(isCancelled: boolean, missing: string) {
    super(isCancelled ? "context canceled" : "timed out waiting for the condition");
    this.isCancelled = isCancelled;
    this.missing = missing;
  }
}

export interface WaitOptions {
  timeoutSeconds: number;
  signal: AbortSignal;
  /** Told what is missing whenever that changes. */
  report?: (waitingFor: string) => void;
}

const firstPauseMs = 100;
const longestPauseMs = 2000;

/** Looks again and again, quickly at first, until done or until the deadline. */
export async function waitUntil(look: () => Promise<Look>, options: WaitOptions): Promise<void> {
  const end = Date.now() + options.timeoutSeconds * 1000;
  let last = "";
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
    const result = await look().catch((error: unknown) => {
      if (options.signal.aborted) return waitingFor(last);
      throw error;
    });
    if (options.signal.aborted) throw new WaitEndedError(true, last);
    if (result.done) return;
    if (result.waitingFor !== last) options.report?.(result.waitingFor);
    last = result.waitingFor;
    const left = end - Date.now();
    if (left <= 0) throw new WaitEndedError(false, last);
    await pauseFor(Math.min(pause, left), options.signal);
  }
}

async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    // Cancelled: the caller looks at the signal.
  }
}
