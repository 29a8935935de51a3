/** The middle value; of an even number the mean of the two in the middle. Throws where there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("median of no values");
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * How far apart the values are, as a share of their median: 0.1 means that they lie within ten percent. Of a single
 * value nothing can be said.
 */
export function spread(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** A share in percent; a dash where there is none to tell. */
export const percent = (share: number | undefined): string =>
  share === undefined ? "–" : `${Math.round(share * 100)}%`;

/** Three significant digits, without an exponent: 0.0123, 1.23, 12.3, 123, 1234. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 4));
}
