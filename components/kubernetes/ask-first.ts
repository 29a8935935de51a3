import { setTimeout as sleep } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";

import { log } from "../pulumi/log.ts";
import { reasonOf, statusOf } from "./api.ts";
import { KubeconfigMistake } from "./kubeconfig.ts";

/** How long an update asks a Kubernetes that does not answer: long enough to get over a network cut of half a minute. */
const secondsToAsk = 60;

/**
 * The answer to a question about what is there already, put before something is made that might overwrite it. Without
 * an answer an update ends, for what is overwritten may be nowhere else; a preview changes nothing, so it warns.
 */
export function askedBeforeMaking<T>(
  what: string,
  right: string,
  ask: () => Promise<T>,
  resource: pulumi.Resource,
): Promise<T | undefined> {
  return answered({ what, right, ask, resource, isNeeded: true });
}

export interface GuardQuestion<T> extends Guarded {
  ask: () => Promise<T>;
  resource?: pulumi.Resource | undefined;
}

/** What a guard asks about, for the message where there is no answer. */
export interface Guarded {
  /** As it goes on after "whether". */
  what: string;

  /** What the account has to be allowed, as it goes on after "the right to". */
  right: string;

  /** Whether an update without the right could destroy data, so that it has to end. */
  isNeeded: boolean;
}

/** The answer to a question, or why there is none. */
export type Asked<T> = { answer: T } | { noAnswer: unknown };

/** Asks, in an update again and again for a minute. */
export const askForAWhile = <T>(ask: () => Promise<T>): Promise<Asked<T>> =>
  askedAgain(ask, pulumi.runtime.isDryRun() ? 0 : secondsToAsk).then(
    (answer) => ({ answer }),
    (noAnswer: unknown) => ({ noAnswer }),
  );

/** What a guard without an answer says: an error, or a warning that one of its kind says for all. */
export type Unanswered = { problem: string } | { warning: string; kind: string };

/**
 * The one policy for what guards ask. No answer: a preview warns, and an update ends after a minute. No right to ask: both
 * say which right is missing, and an update ends only where it could destroy data, so that least privilege is enough.
 */
export function unanswered(
  { what, right, isNeeded }: Guarded,
  error: unknown,
  isPreview: boolean,
): Unanswered {
  const text = notAnswered(what, right, error);
  const endsUpdate = isNeeded || statusOf(error) !== 403;
  return !isPreview && endsUpdate
    ? { problem: text }
    : { warning: text, kind: `${right} ${statusOf(error) ?? ""}` };
}

/** The answer, by the policy of {@link unanswered}: throws where that ends an update. */
export async function answered<T>({ ask, resource, ...guarded }: GuardQuestion<T>): Promise<T | undefined> {
  const asked = await askForAWhile(ask);
  if ("answer" in asked) return asked.answer;
  const said = unanswered(guarded, asked.noAnswer, pulumi.runtime.isDryRun());
  if ("problem" in said) throw new Error(said.problem, { cause: asked.noAnswer });
  warnOnce(said.kind, said.warning, resource);
  return undefined;
}

// Of one run of the program: with the Automation API there can be several in one process, such as a preview and an update.
const saidIn = new WeakMap<object, Set<string>>();

/** Warns once a run for each kind: with hundreds of databases and namespaces, one of them speaks for all. */
export function warnOnce(kind: string, problem: string, resource?: pulumi.Resource): void {
  const run = pulumi.runtime.getMonitor() ?? saidIn;
  const said = saidIn.get(run) ?? new Set();
  saidIn.set(run, said);
  if (said.has(kind)) return;
  said.add(kind);
  log("warn", `${problem}. This warning is shown once, even if it applies to more.`, resource);
}

/**
 * Asks until there is an answer, for some time; a refusal is one, and the next would be the same, as after a mistake in
 * the kubeconfig.
 */
export async function askedAgain<T>(
  ask: () => Promise<T>,
  seconds = secondsToAsk,
  pauseMs = 2_000,
): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isRefusal(error) || Date.now() + pauseMs > end) throw error;
      await sleep(pauseMs);
    }
  }
}

function isRefusal(error: unknown): boolean {
  if (error instanceof KubeconfigMistake) return true;
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** The whole message about a question without an answer. */
export function notAnswered(what: string, right: string, error: unknown): string {
  return `Could not check whether ${what} (${reasonOf(error)}). ${adviceOn(error, right)}`;
}

function adviceOn(error: unknown, right: string): string {
  if (error instanceof KubeconfigMistake) {
    return (
      "Correct it where it is set: kubernetes:kubeconfig, kubernetes:context or kubernetes:cluster in the stack's " +
      "config, $KUBECONFIG, or preflight of the component. Then run `pulumi up` again"
    );
  }
  if (statusOf(error) !== 403) return "Run `pulumi up` again when Kubernetes answers";
  return (
    `Give the account that runs pulumi the right to ${right}, or turn the check off: preflight.enabled false of the ` +
    "component"
  );
}
