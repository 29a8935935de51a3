import { z } from "zod";

import type { Rule } from "../components/internal.ts";

/** Text that keeps a component's own rule. `mustBe` is for a value that is missing or no text at all. */
export const text = (mustBe: string, rule: Rule<string>) => z.string(mustBe).superRefine(keeping(rule));
export const number = (mustBe: string, rule: Rule<number>) => z.number(mustBe).superRefine(keeping(rule));
export const yesOrNo = z.boolean("must be true or false");

function keeping<T>(rule: Rule<T>): (value: T, context: z.RefinementCtx<T>) => void {
  return (value, context) => {
    const message = rule(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  };
}
