import { randomInt } from "node:crypto";

export interface TextOptions {
  length: number;
  lower: boolean;
  upper: boolean;
  numeric: boolean;
  special: boolean;
  minLower: number;
  minUpper: number;
  minNumeric: number;
  minSpecial: number;
  /** Special characters to use instead of the default ones; empty: the default ones. */
  overrideSpecial: string;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Random text: the asked-for minimum of each class, filled up from all allowed classes, in random order. */
export function generateText(options: TextOptions): string {
  const special = options.overrideSpecial === "" ? SPECIAL : options.overrideSpecial;
  const all = [
    options.lower ? LOWER : "",
    options.upper ? UPPER : "",
    options.numeric ? NUMERIC : "",
    options.special ? special : "",
  ].join("");
  const required = [
    ...pick(LOWER, options.minLower),
    ...pick(UPPER, options.minUpper),
    ...pick(NUMERIC, options.minNumeric),
    ...pick(special, options.minSpecial),
  ];
  return shuffle([...required, ...pick(all, options.length - required.length)]).join("");
}

function pick(alphabet: string, count: number): string[] {
  const characters = Array.from(alphabet);
  return Array.from({ length: count }, () => characters[randomInt(characters.length)] ?? "");
}

// Fisher-Yates, with the cryptographic generator.
function shuffle<T>(items: T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    const [a, b] = [result[i], result[j]];
    if (a !== undefined && b !== undefined) [result[i], result[j]] = [b, a];
  }
  return result;
}
