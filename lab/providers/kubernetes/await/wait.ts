import { setTimeout as sleep } from "node:timers/promises";

/** What a look at an object says: it is done, or what is still missing. Throws when it can never be done. */
export type Look = { done: true } | { done: false; waitingFor: string };

export const done: Look = { done: true };

export function waitingFor(what: string): Look {
  return { done: false, waitingFor: what };
}

export interface WaitOptions {
  /** Named in the error, e.g. `Deployment team/web to be ready`. */
  what: string;
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
    if (options.signal.aborted) throw new Error(`cancelled while waiting for ${options.what}${suffix(last)}`);
    if (result.done) return;
    if (result.waitingFor !== last) options.report?.(result.waitingFor);
    last = result.waitingFor;
    const left = end - Date.now();
    if (left <= 0) {
      throw new Error(
        `timed out after ${options.timeoutSeconds} s waiting for ${options.what}${suffix(last)}`,
      );
    }
    await pauseFor(Math.min(pause, left), options.signal);
  }
}

function suffix(last: string): string {
  return last === "" ? "" : `: ${last}`;
}

async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    // Cancelled: the caller looks at the signal.
  }
}
