import type * as pulumi from "@pulumi/pulumi";

import { warnOnce } from "../../kubernetes/ask-first.ts";
import { log } from "../../pulumi/log.ts";

/** What a user is told, and goes on. */
export interface Remark {
  text: string;

  /** Just a note. Default: a warning. */
  isNote?: boolean;

  /** What it is about, where one database says it for all of the program. */
  onceFor?: string;
}

/** What a judgement comes to. */
export interface Verdict {
  /** Why the plan cannot be; undefined if it can. */
  problem: string | undefined;
  remarks: Remark[];
}

export const nothingToSay: Verdict = { problem: undefined, remarks: [] };
export const refused = (problem: string): Verdict => ({ problem, remarks: [] });
export const warned = (text: string): Verdict => ({ problem: undefined, remarks: [{ text }] });
export const noted = (text: string): Verdict => ({ problem: undefined, remarks: [{ text, isNote: true }] });

/** The first problem of some verdicts, and all that they remark. */
export const united = (...verdicts: readonly Verdict[]): Verdict => ({
  problem: verdicts.map(({ problem }) => problem).find((problem) => problem !== undefined),
  remarks: verdicts.flatMap(({ remarks }) => remarks),
});

/** Logs the remarks, and returns the problem. */
export function tell({ problem, remarks }: Verdict, resource: pulumi.Resource): string | undefined {
  for (const { text, isNote = false, onceFor } of remarks) {
    if (onceFor === undefined) log(isNote ? "info" : "warn", text, resource);
    else warnOnce(onceFor, text, resource);
  }
  return problem;
}
