/** The text without a full stop at its end, so that it can stand within a sentence. */
export const withoutStop = (text: string): string => text.replace(/\.\s*$/, "");

/** The text with a full stop at its end, so that another sentence can follow it. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
