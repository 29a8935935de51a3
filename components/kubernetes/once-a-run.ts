import * as pulumi from "@pulumi/pulumi";

import { statusOf } from "./api.ts";

/**
 * Answers to a question that all databases of a program put alike: asked once a run, and shared. A refusal is an answer;
 * what failed otherwise is asked anew the next time.
 */
export class OnceARun<T> {
  // With the Automation API there can be several runs in one process, such as a preview and an update.
  readonly #runs = new WeakMap<object, Map<string, Promise<T>>>();

  answer(key: string, ask: () => Promise<T>): Promise<T> {
    const run = pulumi.runtime.getMonitor() ?? this;
    const known = this.#runs.get(run) ?? new Map<string, Promise<T>>();
    this.#runs.set(run, known);
    const asked = known.get(key) ?? ask();
    known.set(key, asked);
    asked.catch((error: unknown) => {
      if (statusOf(error) !== 403 && known.get(key) === asked) known.delete(key);
    });
    return asked;
  }
}
