/** One mistake in a config that is right otherwise, and what the error must say about it. */
export interface Row {
  what: string;
  /** On top of a config for Ceph, or of one for any S3 store. */
  on: "ceph" | "s3";
  given: Record<string, unknown>;
  /** The key that the error must name, without `cnpg-rgw:`. */
  key: string;
  /** What the error says of it: what is allowed. */
  says: string;
  /** The command, or the beginning of the command, that solves it. */
  fix: string;
  /** How many problems the mistake makes; one, if not said. */
  problems?: number;
}

type Case = [what: string, value: unknown, says: string];

/** Rows about the values of one key, which all have the same solution. */
export function rowsFor(on: Row["on"], key: string, fix: string, cases: Case[]): Row[] {
  return cases.map(([what, value, says]) => ({
    what: `${key}: ${what}`,
    on,
    given: { [key]: value },
    key,
    says,
    fix,
  }));
}

/** As {@link rowsFor}, for something inside of an object; `holder` gives the object with the value in it. */
export function rowsInside(
  on: Row["on"],
  key: string,
  holder: (value: unknown) => Record<string, unknown>,
  fix: string,
  cases: Case[],
): Row[] {
  return rowsFor(on, key, fix, cases).map((row, i) => ({ ...row, given: holder(cases[i]?.[1]) }));
}
