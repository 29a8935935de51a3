import { setTimeout as sleep } from "node:timers/promises";
import { LabError, messageOf } from "./errors.ts";

export interface WaitOptions {
  /** What is waited for, as in "waiting for …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  readonly logFile?: string;
  readonly signal?: AbortSignal;
  /** Called with what is waited for and the last reason, so that a user sees it. */
  readonly report?: (status: string) => void;
}

/**
 * Polls until `probe` returns true. A string is the reason why not yet, an exception counts as one.
 * @throws LabError with the last reason when the deadline has passed.
 */
export async function until(options: WaitOptions, probe: () => Promise<true | string>): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const outcome = await probe().catch(messageOf);
    if (outcome === true) return;
    if (Date.now() > deadline) {
      throw new LabError(
        `waited ${String(options.timeoutMs / 1000)} s for ${options.what}; last seen: ${outcome}`,
        options.logFile === undefined ? {} : { logFile: options.logFile },
      );
    }
    options.report?.(`waiting for ${options.what}`);
    await sleep(options.intervalMs ?? 200, undefined, options.signal ? { signal: options.signal } : {});
  }
}
