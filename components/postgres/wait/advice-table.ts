/** A row of a table of advice: what to do about an error, by its text. */
export interface Advice {
  pattern: RegExp;
  advice: string;
}

/** That of the first row that knows the text: what is specific comes first. */
export const adviceIn = (table: readonly Advice[], text: string): string | undefined =>
  table.find(({ pattern }) => pattern.test(text))?.advice;
