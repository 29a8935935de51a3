const decimal = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * A Kubernetes quantity in billionths, rounded up, which is how exact Kubernetes itself is; nothing if it is none.
 */
export function billionthsOf(quantity: string): bigint | undefined {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:([a-zA-Z]{0,2})|[eE]([+-]?\d{1,2}))$/.exec(quantity.trim());
  if (!parts) return undefined;
  const [, sign, whole = "", fraction = "", suffix = "", exponent] = parts;
  const factor = factorOf(suffix, exponent);
  if (whole + fraction === "" || factor === undefined) return undefined;
  const amount = divideUp(
    BigInt(whole + fraction) * factor.times,
    10n ** BigInt(fraction.length) * factor.over,
  );
  return sign === "-" ? -amount : amount;
}

/** Whether a quantity is less than another; no where one is not known. */
export function isLess(quantity: string | undefined, than: string | undefined): boolean {
  const [less, more] = [quantity, than].map((each) => (each === undefined ? undefined : billionthsOf(each)));
  return less !== undefined && more !== undefined && less < more;
}

/** Billionths in one unit, as a fraction. */
function factorOf(suffix: string, exponent: string | undefined): { times: bigint; over: bigint } | undefined {
  const power = binary.indexOf(suffix) + 1;
  if (power > 0) return { times: 10n ** 9n * 1024n ** BigInt(power), over: 1n };
  const ten =
    exponent === undefined
      ? Object.entries(decimal).find(([name]) => name === suffix)?.[1]
      : Number(exponent);
  if (ten === undefined) return undefined;
  return ten >= -9
    ? { times: 10n ** BigInt(ten + 9), over: 1n }
    : { times: 1n, over: 10n ** BigInt(-9 - ten) };
}

function divideUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}
