import type { Path } from "./compare.ts";

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const places = new Set(["limits", "requests", "capacity", "hard", "sizeLimit", "min", "max", "default"]);

/** The API server writes quantities its own way: `1000m` comes back as `1`, `0.5Gi` as `512Mi`. */
export function quantitiesEqual(path: Path, before: unknown, after: unknown): boolean {
  if (!path.some((key) => typeof key === "string" && places.has(key))) return false;
  const [a, b] = [quantity(before), quantity(after)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

function quantity(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const [, digits, suffix] = /^([+-]?\d*\.?\d+(?:e[+-]?\d+)?)([numkMGTPE]i?|)$/.exec(value) ?? [];
  const factor = suffix === undefined ? undefined : factors[suffix];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
