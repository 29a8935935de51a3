import { createHash } from "node:crypto";

/** A part of the full tests. */
export interface Slice {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** The slice of a title, or of a commit's hash: whichever the texts are, each slice is as likely as any other. */
export const sliceOf = (text: string, of: number): Slice => ({
  number: (createHash("sha256").update(text).digest().readUInt32BE() % of) + 1,
  of,
});

export const inSlice = (title: string, { number, of }: Slice): boolean =>
  sliceOf(title, of).number === number;

/** What CNPG_RGW_TEST_SLICE says: `7/60`, or `none`. */
export function parsedSlice(value: string): Slice | undefined {
  if (value === "none") return undefined;
  const [, number = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).map(Number);
  if (number < 1 || number > of) {
    throw new Error(
      `CNPG_RGW_TEST_SLICE is ${JSON.stringify(value)}. Write which slice, and of how many, such as 7/60; or none.`,
    );
  }
  return { number, of };
}
