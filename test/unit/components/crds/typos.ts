import fc from "fast-check";

const letter = fc.stringMatching(/^[a-zA-Z]$/);

/** A name with one slip of the fingers: a letter left out, doubled, added, taken for another, or swapped with the next. */
export function typos(name: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(name.length - 1), letter, fc.constantFrom(...slips))
    .map(([at, other, slip]) => slip(name, at, other))
    .filter((typo) => typo !== name && typo !== "");
}

type Slip = (name: string, at: number, other: string) => string;

const spliced: (remove: number, add: (name: string, at: number, other: string) => string) => Slip =
  (remove, add) => (name, at, other) =>
    name.slice(0, at) + add(name, at, other) + name.slice(at + remove);

const slips: Slip[] = [
  spliced(1, () => ""),
  spliced(0, (name, at) => name.charAt(at)),
  spliced(0, (_name, _at, other) => other),
  spliced(1, (_name, _at, other) => other),
  spliced(2, (name, at) => name.charAt(at + 1) + name.charAt(at)),
];
